// The server refused a request; the fields are those of problem details (RFC 9457).
export class Problem extends Error {
  constructor({ status, code, detail, errors = [], current = {} }) {
    super(detail);
    Object.assign(this, { status, code, detail, errors, current });
  }
}

// The server could not be reached, or did not answer in time.
export class NoResponse extends Error {}
