using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kairship.Delivery.Manifests;

/// <summary>Reads YAML into JSON, document by document, from the parser's events, so that depth, size and duplicate keys are checked while reading.</summary>
internal sealed class YamlReader
{
    private const string MergeKey = "<<";
    private readonly IParser _parser;
    private readonly ReadBudget _budget;
    private readonly Dictionary<AnchorName, (JsonNode? Node, int Nodes)> _anchors = [];
    private int _document;
    private int _read;

    private YamlReader(string text, ManifestLimits limits)
    {
        _parser = new Parser(new StringReader(text));
        _budget = new ReadBudget(limits);
    }

    /// <exception cref="ManifestException">Not YAML, or more than the limits allow; names document and line.</exception>
    public static IReadOnlyList<SourceDocument> Read(string text, ManifestLimits limits)
    {
        var reader = new YamlReader(text, limits);
        try
        {
            return reader.Documents().ToList();
        }
        catch (YamlException e)
        {
            throw new ManifestException($"document {Math.Max(reader._document, 1)} (line {e.Start.Line}, column {e.Start.Column}): not YAML: {e.Message}", e);
        }
        catch (Exception e) when (e is not ManifestException)
        {
            // The parser has plain exceptions for some broken input, for example ArgumentException for the tag "!<x y>".
            throw new ManifestException($"document {Math.Max(reader._document, 1)}: not YAML: {e.Message}", e);
        }
    }

    private IEnumerable<SourceDocument> Documents()
    {
        _parser.Consume<StreamStart>();
        while (!_parser.Accept<StreamEnd>(out _))
        {
            _document++;
            _anchors.Clear();
            _parser.Consume<DocumentStart>();
            var line = _parser.Current!.Start.Line;
            var root = Node(1);

            // Numbers that were read from JSON text convert to any numeric type; those made from values do not.
            yield return new SourceDocument(root is null ? null : JsonNode.Parse(root.ToJsonString()), _document, line);
            _parser.Consume<DocumentEnd>();
        }
    }

    private JsonNode? Node(int depth)
    {
        var start = _parser.Current!;
        _budget.Enter(depth, () => Where(start));
        _read++;
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return Expand(alias);
        }

        var anchor = ((NodeEvent)start).Anchor;
        var before = _read;
        if (!anchor.IsEmpty)
        {
            _anchors.Remove(anchor);
        }

        var node = start switch
        {
            Scalar => Value(_parser.Consume<Scalar>()),
            SequenceStart => Sequence(depth),
            _ => Mapping(depth),
        };
        if (!anchor.IsEmpty)
        {
            _anchors[anchor] = (node?.DeepClone(), _read - before + 1);
        }

        return node;
    }

    private JsonNode? Expand(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value, out var target))
        {
            throw new ManifestException($"{Where(alias)}: the alias *{alias.Value} has no anchor &{alias.Value} before it (or stands inside it).");
        }

        _budget.Spend(target.Nodes, () => Where(alias));
        _read += target.Nodes;
        return target.Node?.DeepClone();
    }

    private JsonNode? Value(Scalar scalar)
    {
        if (!scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific)
        {
            return YamlScalars.Tagged(scalar.Tag.Value, scalar.Value, Where(scalar));
        }

        return scalar.Style == ScalarStyle.Plain ? YamlScalars.Plain(scalar.Value, Where(scalar)) : JsonValue.Create(scalar.Value);
    }

    private JsonArray Sequence(int depth)
    {
        _parser.Consume<SequenceStart>();
        var list = new JsonArray();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            list.Add(Node(depth + 1));
        }

        return list;
    }

    private JsonObject Mapping(int depth)
    {
        _parser.Consume<MappingStart>();
        var fields = new JsonObject();
        var lines = new Dictionary<string, long>();
        var merged = new List<JsonObject>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out var key))
            {
                throw new ManifestException($"{Where(_parser.Current!)}: a key must be a text, not a list, an object or an alias.");
            }

            if (key.Value == MergeKey && key.Style == ScalarStyle.Plain)
            {
                Merge(Node(depth + 1), merged, key);
                continue;
            }

            if (!lines.TryAdd(key.Value, key.Start.Line))
            {
                throw new ManifestException($"{Where(key)}: the key '{key.Value}' is already given at line {lines[key.Value]}; keep one of the two.");
            }

            fields[key.Value] = Node(depth + 1);
        }

        foreach (var (name, value) in merged.SelectMany(source => source))
        {
            if (!fields.ContainsKey(name))
            {
                fields[name] = value?.DeepClone();
            }
        }

        return fields;
    }

    private void Merge(JsonNode? value, List<JsonObject> merged, Scalar key)
    {
        var sources = value is JsonArray list ? list.ToList() : [value];
        if (sources.Any(source => source is not JsonObject))
        {
            throw new ManifestException($"{Where(key)}: '<<' merges an object or a list of objects, for example '<<: *defaults'.");
        }

        merged.AddRange(sources.Cast<JsonObject>());
    }

    private string Where(ParsingEvent at) => $"document {_document} (line {at.Start.Line})";
}
