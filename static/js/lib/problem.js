// A refusal as the server words it (RFC 9457), or the lack of any answer.
export class Problem extends Error {
  constructor({ status, code, detail, errors = [], current = {} }) {
    super(detail);
    Object.assign(this, { status, code, detail, errors, current });
  }
}

export class NoAnswer extends Error {}
