/** The three demo advertisers by vendor id, as demo-site/policy declares them. */
export const advertiserIds = ['northlight', 'adharbor', 'circlet'] as const;
export type AdvertiserId = (typeof advertiserIds)[number];

/** Where the site and the advertisers are reached. Each advertiser has a host and a port, so an origin and a site, of its own. */
export interface Origins {
  readonly site: string;
  readonly northlight: string;
  readonly adharbor: string;
  readonly circlet: string;
}

/** The ports the demo needs: the site's, then one for each advertiser in the order of `advertiserIds`. */
export function advertiserPort(sitePort: number, id: AdvertiserId): number {
  return sitePort + 1 + advertiserIds.indexOf(id);
}

/** Derives all origins from the site's port. */
export function originsFor(sitePort: number): Origins {
  const of = (id: AdvertiserId): string => `http://${id}.localhost:${advertiserPort(sitePort, id)}`;
  return {
    site: `http://localhost:${sitePort}`,
    northlight: of('northlight'),
    adharbor: of('adharbor'),
    circlet: of('circlet'),
  };
}
