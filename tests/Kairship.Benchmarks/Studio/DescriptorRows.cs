namespace Kairship.Benchmarks.Studio;

/// <summary>The descriptors of all activities, which the designer fetches at its start and after every save.</summary>
internal static class DescriptorRows
{
    private const double Aim = 5;
    private const string Path = "/elsa/api/descriptors/activities?Refresh=True";

    public static async Task RunAsync(StudioServer server, StudioOptions options, string name)
    {
        var compressed = new Dictionary<string, string>(StringComparer.Ordinal) { ["Accept-Encoding"] = "br, gzip" };
        await server.MeasureAsync(options, $"{name}-descriptors-ms", Aim, Path, headers: compressed);
        using var first = await server.Http.GetAsync(Path);
        if (first.Headers.ETag is { } tag)
        {
            await server.MeasureAsync(options, $"{name}-descriptors-304-ms", Aim, Path, headers: new Dictionary<string, string>(compressed, StringComparer.Ordinal) { ["If-None-Match"] = tag.ToString() });
        }
    }
}
