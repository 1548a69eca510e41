using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>One value of a custom resource against the limits of its schema.</summary>
internal static partial class CustomValueRules
{
    static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);

    public static void Check(JsonNode? node, JsonObject schema, Place at, Violations violations)
    {
        if (schema["enum"] is JsonArray allowed && !allowed.Any(a => JsonNode.DeepEquals(JsonTree.CopyNode(a), JsonTree.CopyNode(node))))
            violations.NotSupported(at.Field, node, allowed.Select(a => JsonTree.Text(a) ?? a?.ToJsonString() ?? "null"));
        switch (node)
        {
            case JsonObject obj:
                Sizes(obj.Count, "properties", schema["minProperties"], schema["maxProperties"], at, violations);
                break;
            case JsonArray array:
                Sizes(array.Count, "items", schema["minItems"], schema["maxItems"], at, violations);
                break;
            default:
                if (JsonTree.Text(node) is { } text)
                    Text(text, schema, at, violations);
                else if (Number(node) is { } number)
                    Range(number, node, schema, at, violations);
                break;
        }
    }

    public static double? Number(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) : null;

    static void Sizes(int count, string what, JsonNode? least, JsonNode? most, Place at, Violations violations)
    {
        if (count < JsonTree.Number(least))
            violations.Invalid(at.Field, count, $"{at.Name} in body should have at least {least} {what}");
        if (JsonTree.Number(most) is { } limit && count > limit)
            violations.TooMany(at.Field, count, limit);
    }

    // The first limit that a text breaks is the one that is told.
    static void Text(string text, JsonObject schema, Place at, Violations violations)
    {
        var length = new StringInfo(text).LengthInTextElements;
        if (length > JsonTree.Number(schema["maxLength"]))
            violations.TooLong(at.Field, $"may not be more than {schema["maxLength"]} bytes");
        else if (length < JsonTree.Number(schema["minLength"]))
            violations.Invalid(at.Field, text, $"{at.Name} in body should be at least {schema["minLength"]} chars long");
        else if (JsonTree.Text(schema["pattern"]) is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.None, PatternTimeout))
            violations.Invalid(at.Field, text, $"{at.Name} in body should match '{pattern}'");
        if (JsonTree.Text(schema["format"]) is { } format && !HasFormat(text, format))
            violations.Invalid(at.Field, text, $"{at.Name} in body must be of type {format}: {GoText.Quote(text)}");
    }

    static void Range(double number, JsonNode? node, JsonObject schema, Place at, Violations violations)
    {
        if (Number(schema["maximum"]) is { } most && (IsTrue(schema["exclusiveMaximum"]) ? number >= most : number > most))
            violations.Invalid(at.Field, node, $"{at.Name} in body should be less than {(IsTrue(schema["exclusiveMaximum"]) ? "" : "or equal to ")}{schema["maximum"]}");
        if (Number(schema["minimum"]) is { } least && (IsTrue(schema["exclusiveMinimum"]) ? number <= least : number < least))
            violations.Invalid(at.Field, node, $"{at.Name} in body should be greater than {(IsTrue(schema["exclusiveMinimum"]) ? "" : "or equal to ")}{schema["minimum"]}");
        if (Number(schema["multipleOf"]) is { } step and > 0 && !double.IsInteger(number / step))
            violations.Invalid(at.Field, node, $"{at.Name} in body should be a multiple of {schema["multipleOf"]}");
    }

    // Formats that are not known are not looked at.
    static bool HasFormat(string text, string format) => format switch
    {
        "date-time" => DateTime().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "ipv4" => text.Split('.').Length == 4 && IPAddress.TryParse(text, out var four) && four.AddressFamily == AddressFamily.InterNetwork,
        "ipv6" => IPAddress.TryParse(text, out var six) && six.AddressFamily == AddressFamily.InterNetworkV6,
        "cidr" => IPNetwork.TryParse(text, out _),
        "uuid" => Guid.TryParse(text, out _),
        "byte" => Base64.IsValid(text),
        _ => true,
    };

    static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DateTime();
}
