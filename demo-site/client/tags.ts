// The site's tag manager: puts the partners' tags into the page, as a marketing team would have them put, in their order.
// There is not a word about consent in it; what may load is decided underneath, where these elements ask for their addresses.

interface TrustedTypePolicy {
  createScriptURL(text: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (text: string) => string }): TrustedTypePolicy;
}

/** Origins of the partners, from the attributes of this script's own tag. */
const origins = (document.currentScript as HTMLScriptElement | null)?.dataset ?? {};

// Strict pages want to know that script addresses come from a list, not from input. These come from our own markup.
const types = (window as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('metrofax-tags', {
  createScriptURL: (text) => text,
});

function script(address: string): void {
  const element = document.createElement('script');
  element.async = true;
  element.src = types?.createScriptURL(address) ?? address;
  document.head.append(element);
}

function frame(into: string, title: string, address: string, width: string, height: string): void {
  const place = document.querySelector(into);
  if (!place) return;
  const element = document.createElement('iframe');
  element.title = title;
  element.width = width;
  element.height = height;
  element.src = address;
  place.append(element);
}

function pixel(address: string): void {
  const element = new Image(1, 1);
  element.alt = '';
  element.className = 'gif';
  element.src = address;
  document.body.append(element);
}

const { northlight, adharbor, circlet } = origins;
if (northlight && adharbor && circlet) {
  script(`${northlight}/nl.js`);
  frame('[data-place="advertisement"]', 'Advertisement', `${adharbor}/frame?slot=footer`, '100%', '90');
  script(`${adharbor}/tag.js`);
  pixel(`${adharbor}/px.gif?page=site`);
  script(`${circlet}/widget.js`);
  frame('[data-place="follow"]', 'Follow on Circlet', `${circlet}/button`, '170', '36');
}
