export type Route = { page: 'list'; namespace: string | undefined } | { page: 'rollout'; namespace: string | undefined; name: string };

/** Path of the page's root, with a slash at its end. */
export function basePath(): string {
  return new URL(document.baseURI).pathname;
}

/** What an address shows: `/`, `/NAMESPACE`, `/rollout/NAME`, `/rollout/NAMESPACE/NAME` below the root. */
export function routeOf(pathname: string, base: string): Route {
  const parts = pathname
    .slice(base.length)
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  if (parts[0] === 'rollout' && parts.length === 2) return { page: 'rollout', namespace: undefined, name: parts[1]! };
  if (parts[0] === 'rollout' && parts.length >= 3) return { page: 'rollout', namespace: parts[1]!, name: parts[2]! };
  return { page: 'list', namespace: parts[0] };
}

/** The address of a route, relative to the root. */
export function hrefOf(route: Route): string {
  const parts = route.page === 'list' ? [route.namespace] : ['rollout', route.namespace, route.name];
  return (
    basePath() +
    parts
      .filter((part) => part !== undefined)
      .map(encodeURIComponent)
      .join('/')
  );
}

export function currentRoute(): Route {
  return routeOf(location.pathname, basePath());
}

/** Shows another route without loading the page again. */
export function goTo(route: Route): void {
  history.pushState(null, '', hrefOf(route));
  dispatchEvent(new PopStateEvent('popstate'));
  scrollTo(0, 0);
}

/** For `onClick` of a link: a plain click stays in the page, any other is the browser's. */
export function followInPage(route: Route): (event: MouseEvent) => void {
  return (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(route);
  };
}
