using System.IO.Compression;
using System.Text;

namespace Kairship.Server.Tests.Studio;

/// <summary>A folder like the designer's package, small; beside it a file that nobody may read through it.</summary>
public sealed class SamplePackage : IAsyncLifetime
{
    public const string Script = "_framework/blazor.webassembly.js";
    public const string Assembly = "_framework/Sample.abc123def4.wasm";
    public const string Outside = "outside.json";

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"kairship-studio-{Guid.NewGuid():N}");

    public RunningServer Server { get; } = new();

    public string Root => Path.Combine(folder, "package");

    public static byte[] Contents(string path) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"{path} ", 200)));

    public async ValueTask InitializeAsync()
    {
        foreach (var path in (string[])[Script, Assembly, "_content/Lib/lib.css", "_framework/de/Sample.resources.zzzzz99999.wasm", "_content/Lib/Lib.0123456789.bundle.scp.css"])
        {
            Write(path);
            Pack(path);
        }

        foreach (var path in (string[])
                 [
                     "_content/Lib/font.woff2", "_framework/icudt.oh1zvcfom8.dat", "_framework/x.blat", "_content/Lib/picture.png", "appsettings.json", "index.html",
                     "_content/Lib/.secret.json", "_content/typescript.js", "_content/Lib/page.typescript.js", "_framework/noextension", "_content/Lib/with space.css",
                 ])
        {
            Write(path);
        }

        await File.WriteAllTextAsync(Path.Combine(Root, "package.json"), """{"name":"sample","version":"1.2.3"}""");
        await File.WriteAllTextAsync(Path.Combine(folder, Outside), "{}");
        Server.StudioDirectory = Root;
        await Server.InitializeAsync();
    }

    public void Write(string path)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, Contents(path));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private void Pack(string path)
    {
        using (var brotli = new BrotliStream(File.Create(Path.Combine(Root, path + ".br")), CompressionLevel.Fastest))
        {
            brotli.Write(Contents(path));
        }

        using var gzip = new GZipStream(File.Create(Path.Combine(Root, path + ".gz")), CompressionLevel.Fastest);
        gzip.Write(Contents(path));
    }
}
