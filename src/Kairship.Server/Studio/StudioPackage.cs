using System.Text.Json;
using Kairship.Server.Hosting;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.FileProviders.Physical;

namespace Kairship.Server.Studio;

/// <summary>Where the designer's files are: a folder that is named, "studio" next to the program, or what npm restored in a checkout.</summary>
internal sealed class StudioPackage(ServerOptions options) : IDisposable
{
    private const string InCheckout = "src/Kairship.Server/Studio/npm/node_modules/@elsa-workflows/elsa-studio-wasm";
    private readonly Lock finding = new();
    private Found? found;

    /// <summary>The package's version; null while it is missing. It is looked for again each time, so that it may be restored beside a running server.</summary>
    public string? Version => Find()?.Version;

    /// <summary>Null when there is no such file in the package, or no package. Paths that lead out of it find nothing.</summary>
    public IFileInfo? File(string path) => Find()?.Files.GetFileInfo(path) is { Exists: true, IsDirectory: false, PhysicalPath: not null } file ? file : null;

    public void Dispose() => found?.Files.Dispose();

    private Found? Find()
    {
        if (found is { } known)
        {
            return known;
        }

        lock (finding)
        {
            return found ??= Candidates().Where(c => System.IO.File.Exists(Path.Combine(c, "_framework", "blazor.webassembly.js")))
                .Select(c => new Found(ReadVersion(c), new PhysicalFileProvider(c, ExclusionFilters.Sensitive))).FirstOrDefault();
        }
    }

    private IEnumerable<string> Candidates()
    {
        if (options.StudioDirectory is { } named)
        {
            yield return Path.GetFullPath(named);
            yield break;
        }

        yield return Path.Combine(AppContext.BaseDirectory, "studio");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Kairship.sln")))
            {
                yield return Path.Combine(folder.FullName, InCheckout);
                yield break;
            }
        }
    }

    private static string ReadVersion(string folder)
    {
        var manifest = Path.Combine(folder, "package.json");
        if (!System.IO.File.Exists(manifest))
        {
            return "unknown";
        }

        using var json = JsonDocument.Parse(System.IO.File.ReadAllText(manifest));
        return json.RootElement.TryGetProperty("version", out var version) && version.GetString() is { Length: > 0 } text ? text : "unknown";
    }

    private sealed record Found(string Version, PhysicalFileProvider Files);
}
