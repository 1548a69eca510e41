using System.Diagnostics;
using System.Text;
using Kairship.Benchmarks.Engine;

namespace Kairship.Benchmarks.Studio;

/// <summary>One request again and again, one at a time, over one connection.</summary>
internal static class Requests
{
    /// <summary>A body makes it a POST.</summary>
    public static async Task MeasureAsync(
        this StudioServer server, StudioOptions options, string row, double aim, string path, string? body = null, IReadOnlyDictionary<string, string>? headers = null)
    {
        if (!options.Wants(row))
        {
            return;
        }

        var (bytes, status) = (0L, 0);
        List<double> times = [];
        for (var i = -options.Requests / 10; i < options.Requests; i++)
        {
            using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, path);
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            foreach (var (name, value) in headers ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            var start = Stopwatch.GetTimestamp();
            using var response = await server.Http.SendAsync(request);
            bytes = (await response.Content.ReadAsByteArrayAsync()).Length;
            status = (int)response.StatusCode;
            if (i >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        Row.Print(
            StudioOptions.Bench, row, times.Median(), "ms", ("p99-ms", Math.Round(times.Percentile(99), 3)), ("aim-ms", aim), ("requests", times.Count), ("status", status), ("bytes", bytes));
    }
}
