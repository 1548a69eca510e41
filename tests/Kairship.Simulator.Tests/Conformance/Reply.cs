using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance;

/// <summary>One answer, taken apart as far as tests look at it.</summary>
/// <param name="Json">The body when it is a JSON object; empty otherwise.</param>
/// <param name="MediaType">Content type with its parameters.</param>
public sealed record Reply(int Code, JsonObject Json, string Text, string MediaType, IReadOnlyDictionary<string, string> Headers)
{
    public JsonObject Metadata => Json["metadata"]?.AsObject() ?? [];

    public string Name => (string?)Metadata["name"] ?? "";

    public string Uid => (string?)Metadata["uid"] ?? "";

    public string ResourceVersion => (string?)Metadata["resourceVersion"] ?? "";

    public long Generation => (long?)Metadata["generation"] ?? 0;

    /// <summary>Of a Status.</summary>
    public string Message => (string?)Json["message"] ?? "";

    /// <summary>Of a Status.</summary>
    public string Reason => (string?)Json["reason"] ?? "";

    /// <summary>Of a Status.</summary>
    public JsonObject Details => Json["details"]?.AsObject() ?? [];

    /// <summary>The causes of a Status, each as <c>reason field: message</c>.</summary>
    public IReadOnlyList<string> Causes =>
        [.. (Details["causes"]?.AsArray() ?? []).Select(c => $"{(string?)c!["reason"]} {(string?)c["field"]}: {(string?)c["message"]}")];

    /// <summary>Texts of the Warning headers, in order.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The objects of an array of the body.</summary>
    public IReadOnlyList<JsonObject> Items(string field = "items") => [.. (Json[field]?.AsArray() ?? []).Select(i => i!.AsObject())];

    /// <summary>Names of the items of a list.</summary>
    public IReadOnlyList<string> Names => [.. Items().Select(i => (string)i["metadata"]!["name"]!)];

    public static async Task<Reply> OfAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var text = await response.Content.ReadAsStringAsync(ct);
        var headers = response.Headers.ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new Reply((int)response.StatusCode, Parse(text), text, response.Content.Headers.ContentType?.ToString() ?? "", headers)
        {
            Warnings = response.Headers.TryGetValues("Warning", out var warnings) ? [.. warnings] : [],
        };
    }

    /// <summary>Fails unless the answer is this Status.</summary>
    public void ShouldBeStatus(int code, string reason, string message)
    {
        Message.Should().Be(message);
        Reason.Should().Be(reason);
        Code.Should().Be(code, Text);
        ((string?)Json["kind"]).Should().Be("Status");
        ((string?)Json["apiVersion"]).Should().Be("v1");
        ((string?)Json["status"]).Should().Be("Failure");
        ((int?)Json["code"]).Should().Be(code);
    }

    /// <summary>A refusal whose reason is none: what a store says, handed through.</summary>
    public void ShouldSay(int code, string message) => (Code, Message).Should().Be((code, message));

    public override string ToString() => $"{Code} {Text}";

    private static JsonObject Parse(string text)
    {
        try
        {
            return text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
