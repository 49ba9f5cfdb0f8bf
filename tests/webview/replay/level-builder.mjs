/** Collects nodes and edges of one level by row and hands them out as columns. */

export class LevelBuilder {
  constructor(container, path) {
    this.container = container;
    this.path = path;
    this.nodes = [];
    this.edges = [];
    this.tensors = [];
  }

  tensor(shape, dtype = "float32", token = -1) {
    const key = JSON.stringify([shape, dtype, token]);
    const known = this.tensors.indexOf(key);
    return known >= 0 ? known : this.tensors.push(key) - 1;
  }

  node(node) {
    const blank = {
      type: "",
      path: this.path,
      repeats: 1,
      calls: 1,
      parameters: 0,
      first: -1,
      last: -1,
    };
    this.nodes.push({ ...blank, expandable: false, order: -1, ...node });
    return this.nodes.length - 1;
  }

  edge(source, target) {
    this.edges.push([source, target, this.nodes[source].output]);
  }

  build() {
    const column = (read) => this.nodes.map(read);
    const tensors = this.tensors.map((key) => JSON.parse(key));
    return {
      container: this.container,
      ids: column((n) => n.id),
      kinds: column((n) => n.kind),
      names: column((n) => n.name),
      types: column((n) => n.type),
      paths: column((n) => n.path),
      repeats: column((n) => n.repeats),
      calls: column((n) => n.calls),
      parameterCounts: column((n) => n.parameters),
      expandable: column((n) => n.expandable),
      firstModules: column((n) => n.first),
      lastModules: column((n) => n.last),
      orders: column((n) => n.order),
      outputs: column((n) => n.output ?? -1),
      edgeSources: this.edges.map((e) => e[0]),
      edgeTargets: this.edges.map((e) => e[1]),
      edgeTensors: this.edges.map((e) => e[2] ?? -1),
      edgeCounts: this.edges.map(() => 1),
      edgeOutputs: this.edges.map(() => -1),
      edgeInputs: this.edges.map(() => -1),
      tensors: {
        shapes: tensors.map((t) => t[0]),
        dtypes: tensors.map((t) => t[1]),
        tokenDimensions: tensors.map((t) => t[2]),
      },
    };
  }
}
