using Microsoft.Net.Http.Headers;

namespace Kairship.Server.Studio;

/// <summary>How a file is sent: as it is, or packed as the package brings it.</summary>
internal sealed record FileEncoding(string? Name, string Suffix)
{
    private static readonly FileEncoding[] Packed = [new("br", ".br"), new("gzip", ".gz")];

    public static FileEncoding Plain { get; } = new(null, "");

    /// <summary>True for the packed files themselves, which nobody asks for by name.</summary>
    public static bool IsPacked(string path) => Packed.Any(p => path.EndsWith(p.Suffix, StringComparison.OrdinalIgnoreCase));

    /// <summary>In the order in which they should be tried; the plain file is the last resort.</summary>
    public static IEnumerable<FileEncoding> For(IList<StringWithQualityHeaderValue> accepted) =>
        [.. Packed.Select(p => (Encoding: p, Quality: Quality(accepted, p.Name!))).Where(p => p.Quality > 0).OrderByDescending(p => p.Quality).Select(p => p.Encoding), Plain];

    private static double Quality(IList<StringWithQualityHeaderValue> accepted, string name) =>
        accepted.FirstOrDefault(a => a.Value.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } named ? named.Quality ?? 1
        : accepted.FirstOrDefault(a => a.Value == "*") is { } any ? any.Quality ?? 1
        : 0;
}
