using System.Text;
using Kairship.Delivery.Manifests;

namespace Kairship.Server.Applications.Sources;

/// <summary>Reads files of manifests, bounded and only where they belong.</summary>
internal sealed class SourceFiles(SourceLimits limits)
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The full path with all links followed; inside of the root where there is one.</summary>
    /// <exception cref="ManifestException">There is nothing there, or it lies outside.</exception>
    public static string Resolve(string path, string? root)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new ManifestException("The source has no path.");
        }

        var full = Path.GetFullPath(path, root ?? Environment.CurrentDirectory);
        if (!File.Exists(full) && !Directory.Exists(full))
        {
            throw new ManifestException($"There is no file or folder '{path}'{(root is null ? "" : " below the source root")}.");
        }

        if (root is null && File.Exists(full))
        {
            // The user's own: also what is no file to follow links to, such as the pipe of a shell's <(...).
            return full;
        }

        var real = RealPath(full);
        return root is null || IsBelow(real, RealPath(root)) ? real : throw new ManifestException($"'{path}' lies outside of the source root: name a place below it, without '..' and without links that lead out.");
    }

    public static bool IsBelow(string path, string folder) =>
        path == folder || path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>Follows the links of every part of a path, not only of its last.</summary>
    public static string RealPath(string full)
    {
        const int MaxLinks = 40;
        var real = Path.GetPathRoot(full)!;
        var parts = new Stack<string>(full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse());
        for (var links = 0; parts.TryPop(out var part);)
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Combine(real, part);
            if (part != "." && new FileInfo(next).LinkTarget is { } target)
            {
                if (++links > MaxLinks)
                {
                    throw new ManifestException($"'{full}' leads through more than {MaxLinks} links: it goes round in a circle.");
                }

                real = Path.IsPathRooted(target) ? Path.GetPathRoot(target)! : real;
                foreach (var piece in target.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    parts.Push(piece);
                }

                continue;
            }

            real = part == "." ? real : next;
        }

        return real;
    }

    public async Task<string> ReadAsync(string file, CancellationToken cancellationToken) => (await ReadAsync(file, Path.GetFileName(file), limits.MaxBytes, cancellationToken)).Text;

    /// <summary>All manifests of a folder, sorted by path, divided by "---".</summary>
    public async Task<string> ReadFolderAsync(string folder, bool recursive, CancellationToken cancellationToken)
    {
        var files = Find(folder, folder, recursive, []).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0)
        {
            throw new ManifestException(
                $"The folder '{folder}' has no .yaml, .yml or .json file in it{(recursive || !Directory.EnumerateDirectories(folder).Any() ? "" : "; folders inside of it are read only when that is asked for (recursive)")}.");
        }

        var text = new StringBuilder();
        var left = limits.MaxBytes;
        foreach (var file in files)
        {
            var (content, bytes) = await ReadAsync(file, Path.GetRelativePath(folder, file), left, cancellationToken);
            left -= bytes;
            text.Append(content).Append("\n---\n");
        }

        return text.ToString();
    }

    /// <summary>Refuses a folder that leads out of itself: programs that read it follow links.</summary>
    /// <exception cref="ManifestException">It has such a link, or too many files to be looked through.</exception>
    public void RefuseLinksOut(string folder)
    {
        var seen = 0;
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", new EnumerationOptions
        {
            RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, MaxRecursionDepth = 64,
        }))
        {
            if (entry.LinkTarget is not null && !IsBelow(RealPath(entry.FullName), folder))
            {
                throw new ManifestException($"'{Path.GetRelativePath(folder, entry.FullName)}' is a link out of the folder: put what it leads to there itself.");
            }

            if (++seen > limits.MaxFiles)
            {
                throw new ManifestException($"The folder '{folder}' has more than {limits.MaxFiles:N0} files: is it the right one?");
            }
        }
    }

    private List<string> Find(string folder, string top, bool recursive, List<string> found)
    {
        foreach (var file in Directory.EnumerateFiles(folder).Where(f => Endings.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase)))
        {
            if (new FileInfo(file).LinkTarget is not null && !IsBelow(RealPath(file), top))
            {
                throw new ManifestException($"'{Path.GetRelativePath(top, file)}' is a link out of the folder: put the file itself there.");
            }

            found.Add(file);
            if (found.Count > limits.MaxFiles)
            {
                throw new ManifestException($"The folder '{top}' has more than {limits.MaxFiles:N0} files: is it the right one?");
            }
        }

        // Hidden folders (.git) hold nothing of an application, and a link to a folder may lead round in a circle.
        foreach (var inner in recursive ? Directory.EnumerateDirectories(folder).Where(d => Path.GetFileName(d)[0] != '.' && new DirectoryInfo(d).LinkTarget is null) : [])
        {
            Find(inner, top, recursive, found);
        }

        return found;
    }

    private static async Task<(string Text, int Bytes)> ReadAsync(string file, string shown, int most, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(file, new FileStreamOptions { Options = FileOptions.Asynchronous });
        using var buffer = new MemoryStream();
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(chunk, cancellationToken)) > 0)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > most)
            {
                throw new ManifestException($"'{shown}' makes the source larger than {ManifestLimits.Default.MaxBytes:N0} bytes: split it, or move large data out of it.");
            }
        }

        try
        {
            return (Strict.GetString(buffer.GetBuffer(), 0, (int)buffer.Length), (int)buffer.Length);
        }
        catch (DecoderFallbackException e)
        {
            throw new ManifestException($"'{shown}' is not UTF-8 text (byte {e.Index}): save it as UTF-8.", e);
        }
    }
}
