// Of which card an element of the page is: it says so in its id, card-5 on the board and news-5 in « Nouveautés ».
export const cardId = ({ id }) => id.slice(id.indexOf("-") + 1);
