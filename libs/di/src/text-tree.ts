export interface TextTree {
  readonly label: string;
  readonly children: readonly TextTree[];
}

/** Draws a tree with box characters, one label a line. */
export function drawTree({ label, children }: TextTree, indent = ''): string {
  return [label, ...children.map((child, index) => {
    const last = index === children.length - 1;
    return `${indent}${last ? '└─' : '├─'} ${drawTree(child, indent + (last ? '   ' : '│  '))}`;
  })].join('\n');
}
