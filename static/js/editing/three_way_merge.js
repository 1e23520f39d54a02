// What a card says, and bringing together what somebody writes with what others published meanwhile.

// From the card as the panel shows it.
export function publishedIn(article) {
  return {
    version: Number(article.dataset.version),
    values: {
      title: article.querySelector("#panel-title").textContent,
      body: article.querySelector("div[data-body]")?.innerHTML ?? "",
      visible_from: article.dataset.visibleFrom,
      valid_until: article.dataset.validUntil,
      tellable: article.dataset.tellable,
      internal_note: article.querySelector("[data-internal-note]")?.textContent ?? "",
    },
  };
}

// Field by field: what only one side altered is theirs or mine; what both altered is a clash, and stays mine until somebody chooses.
export function merge({ base, sent = base, mine, theirs }) {
  const values = { ...mine };
  const clashes = [];
  for (const [name, published] of Object.entries(theirs)) {
    if (mine[name] === base[name]) values[name] = published;
    else if (![mine[name], base[name], sent[name]].includes(published)) clashes.push(name);
  }
  return { values, clashes };
}

export function differences(from, to) {
  return Object.fromEntries(Object.entries(to).filter(([name, value]) => value !== from[name]));
}
