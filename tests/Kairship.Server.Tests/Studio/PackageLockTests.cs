using System.Text.Json;

namespace Kairship.Server.Tests.Studio;

/// <summary>What is restored is what was looked at: one version, by its digest, from whatever registry is set up.</summary>
public sealed class PackageLockTests
{
    internal const string Package = "@elsa-workflows/elsa-studio-wasm";

    internal static string Folder
    {
        get
        {
            var root = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(root.FullName, "Kairship.sln")))
            {
                root = root.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
            }

            return Path.Combine(root.FullName, "src", "Kairship.Server", "Studio", "npm");
        }
    }

    [Fact]
    public void Lock_PinsOneVersionByItsDigest_AndNamesNoRegistry()
    {
        var text = File.ReadAllText(Path.Combine(Folder, "package-lock.json"));
        using var json = JsonDocument.Parse(text);
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "package.json")));

        var wanted = manifest.RootElement.GetProperty("dependencies").GetProperty(Package).GetString();
        wanted.Should().MatchRegex(@"^\d+\.\d+\.\d+$", "a range would let another version in");
        var packages = json.RootElement.GetProperty("packages").EnumerateObject().Where(p => p.Name.Length > 0).ToList();
        packages.Select(p => p.Name).Should().Equal($"node_modules/{Package}");
        packages[0].Value.GetProperty("version").GetString().Should().Be(wanted);
        packages[0].Value.GetProperty("integrity").GetString().Should().MatchRegex("^sha512-[A-Za-z0-9+/]{86}==$");
        text.Should().NotContain("resolved").And.NotContain("http");
    }
}
