namespace Kairship.Benchmarks.Engine;

/// <summary>What the command line asked for.</summary>
/// <param name="Only">Rows whose name begins so; empty: all.</param>
/// <param name="Quick">A tenth of the work: shows that it runs, not how fast.</param>
/// <param name="Folder">Where the databases are made; its file system's fdatasync rate is measured.</param>
internal sealed record EngineOptions(string Only, bool Quick, string Folder)
{
    public const int Callers = 64;

    public int Rounds => Quick ? 3 : 5;

    public TimeSpan Round => TimeSpan.FromSeconds(Quick ? 0.5 : 2);

    public static EngineOptions? Parse(string[] args)
    {
        var options = new EngineOptions("", Quick: false, Path.GetTempPath());
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    options = options with { Quick = true };
                    break;
                case "--only" when i + 1 < args.Length:
                    options = options with { Only = args[++i] };
                    break;
                case "--folder" when i + 1 < args.Length && Directory.Exists(args[i + 1]):
                    options = options with { Folder = Path.GetFullPath(args[++i]) };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }

    /// <summary>Whether any of these rows is asked for.</summary>
    public bool Wants(params ReadOnlySpan<string> rows)
    {
        foreach (var row in rows)
        {
            if (row.StartsWith(Only, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    public void Print(string row, double value, string unit, params ReadOnlySpan<(string Name, object Value)> details)
    {
        if (Wants(row))
        {
            Row.Print("engine", row, value, unit, details);
        }
    }
}
