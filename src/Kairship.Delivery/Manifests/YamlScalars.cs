using System.Globalization;
using System.Text.Json.Nodes;

namespace Kairship.Delivery.Manifests;

/// <summary>
/// What an unquoted YAML scalar means, as kubectl reads it (sigs.k8s.io/yaml over go-yaml v2, the YAML 1.1 rules): y, yes, on, true and n, no, off, false
/// are booleans; 0644 and 0o644 are octal, 0x1F is hexadecimal, 1_000 is 1000; dates stay text. Anything quoted stays text.
/// .inf and .nan are refused, because JSON cannot hold them.
/// </summary>
internal static class YamlScalars
{
    private static readonly HashSet<string> True = ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];
    private static readonly HashSet<string> False = ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];
    private static readonly HashSet<string> Null = ["", "~", "null", "Null", "NULL"];

    public static JsonNode? Plain(string text, string where)
    {
        if (Null.Contains(text))
        {
            return null;
        }

        if (True.Contains(text) || False.Contains(text))
        {
            return JsonValue.Create(True.Contains(text));
        }

        return Number(text, where) ?? JsonValue.Create(text);
    }

    /// <summary>True when a text must be quoted to stay text.</summary>
    public static bool IsSpecial(string text) =>
        Null.Contains(text) || True.Contains(text) || False.Contains(text) || IsNotFinite(text) || Number(text, "") is not null;

    public static JsonNode? Tagged(string tag, string text, string where) => tag switch
    {
        "tag:yaml.org,2002:str" => JsonValue.Create(text),
        "tag:yaml.org,2002:null" when Null.Contains(text) => null,
        "tag:yaml.org,2002:bool" when True.Contains(text) || False.Contains(text) => JsonValue.Create(True.Contains(text)),
        "tag:yaml.org,2002:int" or "tag:yaml.org,2002:float" when Number(text, where) is { } number => number,
        _ => throw new ManifestException($"{where}: the tag '{tag}' on '{Shorten(text)}' is not understood; Kubernetes objects need no tags but !!str, !!int, !!float, !!bool and !!null."),
    };

    public static JsonNode? Number(string text, string where)
    {
        if (text.Length == 0 || !(char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.'))
        {
            return null;
        }

        if (IsNotFinite(text) && where.Length > 0)
        {
            throw new ManifestException($"{where}: '{text}' is not a number that JSON can hold; quote it when text is meant.");
        }

        var digits = text.Replace("_", "", StringComparison.Ordinal);
        return Integer(digits) ?? Float(digits);
    }

    private static bool IsNotFinite(string text) => text.TrimStart('+', '-').ToLowerInvariant() is ".inf" or ".nan";

    private static JsonValue? Integer(string text)
    {
        var negative = text[0] == '-';
        var body = text[0] is '+' or '-' ? text[1..] : text;
        if (body.Length == 0 || !char.IsAsciiDigit(body[0]))
        {
            return null;
        }

        var (radix, digits) = body switch
        {
            ['0', 'x' or 'X', ..] => (16, body[2..]),
            ['0', 'b' or 'B', ..] => (2, body[2..]),
            ['0', 'o' or 'O', ..] => (8, body[2..]),
            ['0', _, ..] => (8, body[1..]),
            _ => (10, body),
        };
        Int128 value = 0;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix || value > ulong.MaxValue)
            {
                return null;
            }

            value = value * radix + digit;
        }

        value = negative ? -value : value;
        return digits.Length == 0 || value < long.MinValue || value > ulong.MaxValue
            ? null
            : value <= long.MaxValue ? JsonValue.Create((long)value) : JsonValue.Create((ulong)value);
    }

    private static JsonValue? Float(string text)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return text.Any(char.IsAsciiDigit) && double.TryParse(text, Style, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? JsonValue.Create(value)
            : null;
    }

    internal static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), "…");
}
