/** The address of the page: its part after # follows what is shown, and brings it back. */

import { readLink, writeLink, type DeepLink } from "./deepLink";

export class Address {
  private written = "";

  constructor(private readonly onChange: (link: DeepLink) => void) {
    addEventListener("hashchange", () => this.read());
  }

  /** Show what the address says, if it says anything. */
  open(): void {
    if (location.hash.length > 1) this.read();
  }

  private read(): void {
    this.onChange(readLink(location.hash));
  }

  /** Make the address lead back here; tells whether it says anything. */
  write(link: DeepLink): boolean {
    const words = writeLink(link);
    if (words !== this.written) {
      this.written = words;
      try {
        history.replaceState(null, "", words ? `#${words}` : location.href.replace(/#.*/, ""));
      } catch {
        // a page inside another one has no address of its own
      }
    }
    return words !== "";
  }
}
