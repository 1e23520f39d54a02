"""« Lire au guichet », « Fiche à remettre », the public page and « Envoyer »: what residents are told of a card."""
