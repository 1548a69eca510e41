using System.Text;

namespace Kairship.Designer.Tests.Browsing;

/// <summary>Where screenshots, traces and figures go: a folder for each test below KAIRSHIP_SCREENSHOTS, or below TestResults next to the tests.</summary>
internal static class ResultsFolder
{
    /// <summary>Whether screenshots were asked for.</summary>
    public static bool IsAskedFor => Root is not null;

    private static string? Root => Environment.GetEnvironmentVariable("KAIRSHIP_SCREENSHOTS") is { Length: > 0 } named ? named : null;

    public static string Of(string test)
    {
        var folder = Path.Combine(Root ?? Path.Combine(AppContext.BaseDirectory, "TestResults"), Plain(test));
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Adds a line to the file of figures.</summary>
    public static void Figure(string line) => File.AppendAllText(Path.Combine(Of(""), "figures.txt"), line + "\n", Encoding.UTF8);

    private static string Plain(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '-'));
}
