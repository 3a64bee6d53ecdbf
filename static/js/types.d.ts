/** What the build makes, and what the server says in the page's config. */

declare module "virtual:map-icons" {
  const icons: Record<string, string[]>;
  export default icons;
}

declare module "virtual:built" {
  /** The addresses of every file of this build. */
  const addresses: string[];
  export default addresses;
}

type Colour = [light: string, dark: string];
type Names = { fa: string; en: string };

interface OverlayLayer {
  for_staff: boolean;
  slug: string;
  names: Names;
  domain: string;
  geometry_kind: "point" | "line" | "polygon";
  min_zoom: number;
  visible: boolean;
  icon?: string;
  colour?: string | Colour;
  hatch?: boolean | string;
  width?: number;
  dash?: number[];
}

interface ZoneClass {
  code: string;
  names: Names;
  group: string;
  /** Its own, else one for its family where its group is not told, else empty: the group's. */
  colour: string | Colour;
}

interface PageConfig {
  lang: "fa" | "en";
  dir: "rtl" | "ltr";
  calendar: "persian" | "gregory";
  today: string;
  on: string | null;
  city: { names: Names; bounds: [number, number, number, number] | null };
  domains: { code: string; name: string }[];
  layers: OverlayLayer[];
  palette: {
    land_use: Record<string, { colour: Colour; name: string }>;
    zone_groups: Record<string, { colour: Colour; name: string }>;
    permit_groups: Record<string, { name: string }>;
    zone_classes: ZoneClass[];
  };
  /** What is on at first: land use, or zoning where no land use is told. */
  themes: string[];
  sources: Record<string, { tilejson: string; revision: string }>;
  keep: { scales: [string, string][]; formats: [string, string][] };
  strings: Record<string, string>;
}

/** What every feature is given beside the map and the state. */
interface Page {
  config: PageConfig;
  say: import("./lib/words.js").Say;
}
