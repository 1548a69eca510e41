namespace Kairship.Cli.Output;

/// <summary>Text that the user points at: a file, a folder of YAML files, or standard input ("-").</summary>
internal static class Sources
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

    public static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (path == "-")
        {
            return await Console.In.ReadToEndAsync(cancellationToken);
        }

        if (!Directory.Exists(path))
        {
            return File.Exists(path) ? await File.ReadAllTextAsync(path, cancellationToken) : throw new CommandException($"there is no file or folder '{path}'", 2);
        }

        var files = Directory.EnumerateFiles(path).Where(f => Endings.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0)
        {
            throw new CommandException($"the folder '{path}' has no .yaml, .yml or .json file in it", 2);
        }

        var texts = await Task.WhenAll(files.Select(f => File.ReadAllTextAsync(f, cancellationToken)));
        return string.Join("\n---\n", texts);
    }

    /// <summary>"k=v" pairs.</summary>
    public static Dictionary<string, string> Pairs(IEnumerable<string> pairs, string option)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw new CommandException($"'{pair}' is no value for {option}: it must look like name=value", 2);
            }

            result[pair[..at]] = pair[(at + 1)..];
        }

        return result;
    }
}
