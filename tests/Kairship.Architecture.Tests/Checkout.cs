using System.Runtime.CompilerServices;

namespace Kairship.Architecture.Tests;

/// <summary>The source tree that this test was built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    /// <summary>Hand-written C# below src (migrations are generated).</summary>
    public static IReadOnlyList<string> Sources { get; } = [.. CSharpBelow("src")];

    public static IEnumerable<string> CSharpBelow(string folder) => Directory
        .EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        .Where(f => !Parts(f).Any(p => p is "obj" or "bin" or "Migrations"))
        .Order(StringComparer.Ordinal);

    public static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    public static string[] Parts(string file) => Relative(file).Split('/');

    private static string Find([CallerFilePath] string here = "")
    {
        // A deterministic build hides the real path: then the tests run below the checkout.
        foreach (var start in (string[])[Path.GetDirectoryName(here) ?? "", AppContext.BaseDirectory])
        {
            for (var folder = new DirectoryInfo(start.Length > 0 ? start : "."); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Kairship.sln")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("Kairship.sln was not found above the test.");
    }
}
