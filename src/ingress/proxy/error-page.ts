import { STATUS_CODES } from 'node:http';

/** The text of a status line. */
export function reasonPhrase(status: number): string {
  if (status === 302) return 'Moved Temporarily';
  if (status === 503) return 'Service Temporarily Unavailable';
  if (status === 504) return 'Gateway Time-out';
  if (status === 413) return 'Request Entity Too Large';
  if (status === 414) return 'Request-URI Too Large';
  return STATUS_CODES[status] ?? '';
}

/** The small page NGINX answers by itself; empty for 200. */
export function errorPage(status: number): string {
  if (status === 200) return '';
  const title = `${status} ${reasonPhrase(status)}`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
}
