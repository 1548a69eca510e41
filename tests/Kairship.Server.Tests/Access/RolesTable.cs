namespace Kairship.Server.Tests.Access;

/// <summary>The file roles.txt beside this one: METHOD /path policy. Read where it lies, as people change it.</summary>
internal static class RolesTable
{
    public static IReadOnlyList<string> Rows { get; } = [.. File.ReadAllLines(Path.Combine(Root(), "tests", "Kairship.Server.Tests", "Access", "roles.txt")).Where(l => l.Length > 0 && l[0] != '#')];

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kairship.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }
}
