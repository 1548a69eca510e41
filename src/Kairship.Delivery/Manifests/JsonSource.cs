using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Delivery.Manifests;

/// <summary>Reads one or several JSON values after one another, with the limits and the duplicate-key check of YAML.</summary>
internal static class JsonSource
{
    /// <exception cref="JsonException">Not JSON.</exception>
    /// <exception cref="ManifestException">More than the limits allow, or a key twice.</exception>
    public static IReadOnlyList<SourceDocument> Read(string text, ManifestLimits limits)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { AllowMultipleValues = true, MaxDepth = limits.MaxDepth + 1 });
        var budget = new ReadBudget(limits);
        var documents = new List<SourceDocument>();
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            var index = documents.Count + 1;
            Check(ref reader, budget, offset => $"document {index} (line {Line(utf8, offset)})");
            var root = JsonNode.Parse(utf8.AsSpan(start, (int)reader.BytesConsumed - start), documentOptions: new JsonDocumentOptions { MaxDepth = limits.MaxDepth + 1 });
            documents.Add(new SourceDocument(root, index, Line(utf8, start)));
        }

        return documents;
    }

    private static void Check(ref Utf8JsonReader reader, ReadBudget budget, Func<int, string> where)
    {
        var names = new Stack<HashSet<string>>();
        do
        {
            var at = (int)reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    names.Push([]);
                    break;
                case JsonTokenType.EndObject:
                    names.Pop();
                    break;
                case JsonTokenType.PropertyName when !names.Peek().Add(reader.GetString()!):
                    throw new ManifestException($"{where(at)}: the key '{reader.GetString()}' is given twice in one object; keep one of the two.");
            }

            if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndArray or JsonTokenType.EndObject))
            {
                budget.Enter(reader.CurrentDepth + 1, () => where(at));
            }
        }
        while ((reader.CurrentDepth > 0 || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) && reader.Read());
    }

    private static long Line(ReadOnlySpan<byte> text, int offset) => 1 + text[..Math.Min(offset, text.Length)].Count((byte)'\n');
}
