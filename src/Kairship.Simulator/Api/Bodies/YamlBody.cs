using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Kairship.Simulator.Api.Bodies;

/// <summary>Reads one YAML document as JSON nodes, with the scalars that Kubernetes' YAML library knows.</summary>
internal static class YamlBody
{
    /// <exception cref="YamlException">Not YAML, too deep, or blown up by aliases.</exception>
    public static JsonNode? Parse(string text)
    {
        var parser = new BoundedParser(new Parser(new StringReader(text)));
        var stream = new YamlStream();
        stream.Load(parser);
        return stream.Documents.Count == 0 ? null : new Converter(parser.Events).Node(stream.Documents[0].RootNode, ObjectLimits.MostDepth);
    }

    static JsonNode? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
            return JsonValue.Create(text);
        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" or "yes" or "Yes" or "on" or "On" => JsonValue.Create(true),
            "false" or "False" or "FALSE" or "no" or "No" or "off" or "Off" => JsonValue.Create(false),
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
            _ when IsNumber(text) => JsonValue.Create(double.Parse(text, CultureInfo.InvariantCulture)),
            _ => JsonValue.Create(text),
        };
    }

    static bool IsNumber(string text) =>
        (char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.') && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);

    static YamlException TooDeep(Mark at) => new(at, at, $"exceeded max depth of {ObjectLimits.MostDepth}");

    /// <summary>Nodes as JSON. A node that aliases name is there once for each of them, so that few lines can mean more than fits into memory.</summary>
    sealed class Converter(int events)
    {
        const int Slack = 10_000;
        int _left = events + Slack;

        public JsonNode? Node(YamlNode node, int levels)
        {
            if (levels == 0)
                throw TooDeep(node.Start);
            if (--_left < 0)
                throw new YamlException(node.Start, node.End, "document contains excessive aliasing");
            switch (node)
            {
                case YamlMappingNode mapping:
                    var obj = new JsonObject();
                    foreach (var (key, value) in mapping.Children)
                        obj[(key as YamlScalarNode)?.Value ?? throw new YamlException(key.Start, key.End, $"invalid map key: {key}")] = Node(value, levels - 1);
                    return obj;
                case YamlSequenceNode sequence:
                    return new JsonArray([.. sequence.Children.Select(c => Node(c, levels - 1))]);
                case YamlScalarNode scalar:
                    return Scalar(scalar);
                default:
                    return null;
            }
        }
    }

    /// <summary>Stops before the reader, which goes down one call a level, runs out of stack.</summary>
    sealed class BoundedParser(IParser inner) : IParser
    {
        int _depth;

        public int Events { get; private set; }

        public ParsingEvent? Current => inner.Current;

        public bool MoveNext()
        {
            if (!inner.MoveNext())
                return false;
            Events++;
            _depth += Current!.NestingIncrease;
            // The stream and the document are two levels more.
            return _depth <= ObjectLimits.MostDepth + 2 ? true : throw TooDeep(Current.Start);
        }
    }
}
