/** What is loaded when it is asked for, by name. */
export type Loaders<Module> = Readonly<Record<string, () => Promise<Module>>>;

/** The module called `name`; all of them, in their order, when there is no such name. */
export function loadNamed<Module>(loaders: Loaders<Module>, name: string | undefined): Promise<Module[]> {
  const wanted = name !== undefined && Object.hasOwn(loaders, name) ? [loaders[name]!] : Object.values(loaders);
  return Promise.all(wanted.map((load) => load()));
}
