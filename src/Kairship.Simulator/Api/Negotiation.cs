namespace Kairship.Simulator.Api;

/// <summary>What the Accept header asks for.</summary>
internal static class Negotiation
{
    public static bool WantsTable(ApiCall call) => First(call) is { } media && media.Contains("as=Table", StringComparison.Ordinal);

    public static bool WantsMetadata(ApiCall call) => First(call) is { } media && media.Contains("as=PartialObjectMetadata", StringComparison.Ordinal);

    /// <summary>Whether aggregated discovery is asked for; the version of it, else null.</summary>
    public static string? Aggregated(string accept) =>
        Media(accept).Where(m => m.Contains("g=apidiscovery.k8s.io", StringComparison.Ordinal))
            .Select(m => m.Contains("v=v2beta1", StringComparison.Ordinal) ? "v2beta1" : "v2")
            .FirstOrDefault();

    /// <summary>Whether JSON will do.</summary>
    public static bool TakesJson(string accept) =>
        accept.Length == 0 || Media(accept).Any(m => m.StartsWith("application/json", StringComparison.Ordinal) || m.StartsWith("*/*", StringComparison.Ordinal)
            || m.StartsWith("application/*", StringComparison.Ordinal));

    static string? First(ApiCall call) =>
        Media(call.Http.Request.Headers.Accept.ToString()).FirstOrDefault(m => m.StartsWith("application/json", StringComparison.Ordinal) || m.StartsWith("*/*", StringComparison.Ordinal));

    static IEnumerable<string> Media(string accept) => accept.Split(',').Select(m => m.Trim().Replace(" ", "", StringComparison.Ordinal));
}
