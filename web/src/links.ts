/** Which links the page may carry: the same rule as on the Python side, held a second time. */

// White space, controls, backslashes, quotes and brackets are refused: browsers drop some before they read the scheme.
const NEVER = /[\u0000-\u0020\u007f-\u009f\\<>"\ud800-\udfff\u2028\u2029\ufeff]/;
const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** The link unchanged when it is http, https or mailto after parsing, else null. */
export function safeLink(link: string): string | null {
  if (NEVER.test(link) || !/^(https?:\/\/[^/?#]|mailto:[^@?]+@[^@?])/i.test(link)) return null;
  if (!URL.canParse(link)) return null;
  const url = new URL(link);
  return SCHEMES.has(url.protocol) && url.username + url.password === "" ? link : null;
}
