using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance;

/// <summary>One open watch.</summary>
public sealed class WatchReader : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;
    private readonly CancellationTokenSource _limit;

    private WatchReader(HttpResponseMessage response, StreamReader lines, CancellationTokenSource limit) =>
        (_response, _lines, _limit) = (response, lines, limit);

    public int Code => (int)_response.StatusCode;

    public string MediaType => _response.Content.Headers.ContentType?.ToString() ?? "";

    public static async Task<WatchReader> OpenAsync(HttpClient http, string path, string? accept, CancellationToken ct)
    {
        var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        return new WatchReader(response, new StreamReader(await response.Content.ReadAsStreamAsync(ct)), limit);
    }

    /// <summary>The next event; null when the server has ended the watch. After 30 seconds without one the case fails.</summary>
    public async Task<WatchEvent?> NextAsync() => await _lines.ReadLineAsync(_limit.Token) is { } line ? new WatchEvent(JsonNode.Parse(line)!.AsObject()) : null;

    /// <summary>The next events, as many as asked for.</summary>
    public async Task<IReadOnlyList<WatchEvent>> NextAsync(int count)
    {
        var events = new List<WatchEvent>();
        while (events.Count < count)
        {
            events.Add(await NextAsync() ?? throw new InvalidOperationException($"The watch ended after: {string.Join("; ", events)}"));
        }

        return events;
    }

    /// <summary>Events up to the end that the server sets.</summary>
    public async Task<IReadOnlyList<WatchEvent>> ToEndAsync()
    {
        var events = new List<WatchEvent>();
        while (await NextAsync() is { } next)
        {
            events.Add(next);
        }

        return events;
    }

    public void Dispose()
    {
        _response.Dispose();
        _limit.Dispose();
    }
}

/// <summary>One event of a watch.</summary>
public sealed record WatchEvent(JsonObject Json)
{
    public string Type => (string)Json["type"]!;

    public JsonObject Object => Json["object"]!.AsObject();

    public string Name => (string?)Object["metadata"]?["name"] ?? "";

    public string ResourceVersion => (string?)Object["metadata"]?["resourceVersion"] ?? "";

    /// <summary><c>ADDED a</c></summary>
    public string Brief => $"{Type} {Name}";

    public override string ToString() => Json.ToJsonString();
}
