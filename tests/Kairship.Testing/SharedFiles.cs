using System.Runtime.CompilerServices;

namespace Kairship.Testing;

/// <summary>The source tree that the tests were built from, and the shared data beside it.</summary>
public static class SharedFiles
{
    /// <summary>The folder of Kairship.sln.</summary>
    public static string Checkout { get; } = FindCheckout();

    /// <summary>A file or folder of ../shared.</summary>
    /// <exception cref="FileNotFoundException">It is not there: the tests need the shared data beside the checkout.</exception>
    public static string Path(params ReadOnlySpan<string> parts)
    {
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine([Checkout, "..", "shared", .. parts]));
        return File.Exists(path) || Directory.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is missing: the tests read real data from the folder 'shared' beside the checkout.");
    }

    public static string Read(params ReadOnlySpan<string> parts) => File.ReadAllText(Path(parts));

    /// <summary>A file of the checkout itself.</summary>
    public static string Own(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Checkout, .. parts]);

    private static string FindCheckout([CallerFilePath] string here = "")
    {
        // A deterministic build hides the real path: then the tests run below the checkout.
        foreach (var start in (string[])[System.IO.Path.GetDirectoryName(here) ?? "", AppContext.BaseDirectory])
        {
            for (var folder = new DirectoryInfo(start.Length > 0 ? start : "."); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(System.IO.Path.Combine(folder.FullName, "Kairship.sln")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("Kairship.sln was not found above the tests.");
    }
}
