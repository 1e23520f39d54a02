// Merge what a person writes with what others published meanwhile, field by field.

// Merge two edits of the same base. sent: what was sent last and may have been published already. A field that only one
// side changed takes that side's value; one that both changed conflicts, and stays mine until somebody chooses.
export function mergeFields({ base, sent = base, mine, theirs }) {
  const values = { ...mine };
  const conflicts = [];
  for (const [name, published] of Object.entries(theirs)) {
    if (mine[name] === base[name]) values[name] = published;
    else if (![mine[name], base[name], sent[name]].includes(published)) conflicts.push(name);
  }
  return { values, conflicts };
}

// Return the fields of `to` that differ from `from`.
export function changedFields(from, to) {
  return Object.fromEntries(Object.entries(to).filter(([name, value]) => value !== from[name]));
}
