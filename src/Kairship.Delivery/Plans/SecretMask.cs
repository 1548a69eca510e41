using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Plans;

/// <summary>Keeps the values of Secrets out of what people and programs are shown. Neither a length nor a hash is shown: short values can be guessed from both.</summary>
public static class SecretMask
{
    public const string Present = "(secret)";
    public const string Changed = "(secret, changed)";

    public static bool IsSecret(ObjectRef reference) => reference is { Group: "", Kind: "Secret" };

    /// <param name="path">As <see cref="FieldDiff"/> writes it.</param>
    public static bool IsValue(string path) => path.StartsWith(".data", StringComparison.Ordinal) || path.StartsWith(".stringData", StringComparison.Ordinal);

    /// <summary>A cluster's words about an object, without the values of its data should it be a Secret: errors about a value's type quote the value.</summary>
    public static string Scrub(string message, Manifest manifest)
    {
        if (!IsSecret(manifest.Ref))
        {
            return message;
        }

        foreach (var value in Values(manifest.Json["data"]).Concat(Values(manifest.Json["stringData"])).Distinct().OrderByDescending(v => v.Length))
        {
            message = Replace(message, value);
        }

        return message;
    }

    private static IEnumerable<string> Values(JsonNode? data)
    {
        foreach (var value in Scalars(data))
        {
            yield return value;
            if (value.Length > 0 && Decoded(value) is { Length: > 0 } decoded)
            {
                yield return decoded;
            }
        }
    }

    private static IEnumerable<string> Scalars(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(f => Scalars(f.Value)),
        JsonArray items => items.SelectMany(Scalars),
        JsonValue value => [value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString()],
        _ => [],
    };

    private static string? Decoded(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? Encoding.UTF8.GetString(bytes.AsSpan(0, length)) : null;
    }

    // Only where it stands by itself: a value "1" must not take every digit out of a sentence.
    private static string Replace(string message, string value)
    {
        if (value.Length == 0)
        {
            return message;
        }

        var text = new StringBuilder();
        var from = 0;
        for (int at; (at = message.IndexOf(value, from, StringComparison.Ordinal)) >= 0;)
        {
            var end = at + value.Length;
            var isWhole = (at == 0 || !IsWord(message[at - 1]) || !IsWord(value[0])) && (end == message.Length || !IsWord(message[end]) || !IsWord(value[^1]));
            text.Append(message, from, at - from).Append(isWhole ? Present : value);
            from = end;
        }

        return text.Append(message, from, message.Length - from).ToString();
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}
