namespace Kairship.Benchmarks.Studio;

/// <summary>What the command line asked for.</summary>
/// <param name="Only">Rows whose name begins so; empty: all.</param>
/// <param name="Quick">A tenth of the rows and of the requests: shows that it runs, not how fast.</param>
/// <param name="Folder">Where the SQLite database is made and stays, so that the next run need not fill it; null: a temporary one.</param>
/// <param name="Postgres">A database to use instead of a server of the benchmark's own; it is filled if it is empty.</param>
internal sealed record StudioOptions(string Only, bool Quick, string? Folder, string? Postgres)
{
    public const string Bench = "studio";

    public int Definitions => Quick ? 1_000 : 10_000;

    public int Instances => Quick ? 10_000 : 100_000;

    public int JournalLines => Quick ? 1_000 : 10_000;

    public int Requests => Quick ? 40 : 200;

    public static StudioOptions? Parse(string[] args)
    {
        var options = new StudioOptions("", Quick: false, null, null);
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
                case "--folder" when i + 1 < args.Length:
                    options = options with { Folder = Path.GetFullPath(args[++i]) };
                    break;
                case "--postgres" when i + 1 < args.Length:
                    options = options with { Postgres = args[++i] };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }

    /// <summary>Whether a row whose name begins so, or is so, is asked for.</summary>
    public bool Wants(string row) => row.StartsWith(Only, StringComparison.Ordinal) || Only.StartsWith(row, StringComparison.Ordinal);
}
