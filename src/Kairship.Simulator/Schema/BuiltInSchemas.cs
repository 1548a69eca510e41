namespace Kairship.Simulator.Schema;

/// <summary>Schemas of the built-in kinds, read once from the embedded kubernetes-types.txt and joined with <see cref="MergeRules"/>.</summary>
internal static class BuiltInSchemas
{
    static readonly Lazy<Loaded> Types = new(Load);

    /// <summary>All named types; each is a struct.</summary>
    public static IReadOnlyDictionary<string, SchemaNode> All => Types.Value.Nodes;

    /// <summary>Metadata of every object.</summary>
    public static SchemaNode ObjectMeta => All["V1ObjectMeta"];

    /// <summary>Schema of a kind, by its apiVersion; null when it is not built in.</summary>
    public static SchemaNode? Of(string apiVersion, string kind) =>
        Types.Value.Kinds.TryGetValue($"{apiVersion}/{kind}", out var type) ? All[type] : null;

    /// <summary>Name of the type of a kind.</summary>
    public static string? TypeOf(string apiVersion, string kind) => Types.Value.Kinds.GetValueOrDefault($"{apiVersion}/{kind}");

    static Loaded Load()
    {
        using var stream = typeof(BuiltInSchemas).Assembly.GetManifestResourceStream("kubernetes-types.txt")
            ?? throw new InvalidOperationException("The embedded kubernetes-types.txt is missing from the assembly.");
        using var reader = new StreamReader(stream);
        var kinds = new Dictionary<string, string>();
        var texts = new Dictionary<string, string[]>();
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["kind", var kind, var type])
                kinds[kind] = type;
            else if (words is ["type", var name, .. var fields])
                texts[name] = fields;
        }
        var nodes = texts.Keys.ToDictionary(n => n, n => new SchemaNode(SchemaKind.Struct)
        {
            TypeName = n,
            Atomic = MergeRules.IsAtomic(n),
            RetainsKeys = n == "V1DeploymentSpec" ? ["strategy"] : [],
            // Such types describe free-form JSON beside their fields.
            PreserveUnknown = n == "V1JSONSchemaProps",
        });
        foreach (var (name, fields) in texts)
        {
            nodes[name].Fields = fields.Select(f => f.Split('=', 2))
                .ToDictionary(f => f[0], f => Node(f[1], MergeRules.Of(name, f[0]), nodes));
        }
        return new Loaded(kinds, nodes);
    }

    static SchemaNode Node(string notation, MergeRule? rule, Dictionary<string, SchemaNode> nodes)
    {
        switch (notation[0])
        {
            case '[':
                return new SchemaNode(SchemaKind.List)
                {
                    Element = Node(notation[1..^1], null, nodes),
                    Keys = rule?.Keys ?? [],
                    IsSet = rule?.IsSet ?? false,
                    Atomic = rule is null || rule.Atomic,
                    PatchKey = rule?.PatchKey,
                    PatchStrategy = rule?.PatchStrategy,
                };
            case '{':
                return new SchemaNode(SchemaKind.Map) { Element = Node(notation[1..^1], null, nodes), Atomic = rule?.Atomic ?? false };
            default:
                return nodes.TryGetValue(notation, out var type) ? type : Scalar(notation);
        }
    }

    static SchemaNode Scalar(string notation) => notation switch
    {
        "string" => new SchemaNode(SchemaKind.String),
        "integer" => new SchemaNode(SchemaKind.Integer),
        "number" => new SchemaNode(SchemaKind.Number),
        "boolean" => new SchemaNode(SchemaKind.Boolean),
        "time" => new SchemaNode(SchemaKind.Time),
        "quantity" => new SchemaNode(SchemaKind.Quantity),
        "intOrString" => new SchemaNode(SchemaKind.IntOrString),
        "bytes" => new SchemaNode(SchemaKind.Bytes),
        "any" => SchemaNode.Any,
        _ => throw new InvalidOperationException($"kubernetes-types.txt names a type that it does not describe: {notation}"),
    };

    sealed record Loaded(Dictionary<string, string> Kinds, Dictionary<string, SchemaNode> Nodes);
}
