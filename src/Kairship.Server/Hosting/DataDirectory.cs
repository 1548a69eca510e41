using System.Security.Cryptography;

namespace Kairship.Server.Hosting;

/// <summary>The data folder, held by this process alone while it runs. The lock is the operating system's: it ends with the process, however that ends.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream heldLock;

    private DataDirectory(string path, FileStream heldLock, string nodeId)
    {
        Path = path;
        this.heldLock = heldLock;
        NodeId = nodeId;
    }

    public string Path { get; }

    /// <summary>Stays with the folder: whoever holds the folder's lock is the only process of this name, so leases under it are its own or a dead one's.</summary>
    public string NodeId { get; }

    public string Logs => Sub("logs");
    public string AdminKeyFile => System.IO.Path.Combine(Path, "admin.key");

    /// <exception cref="ServerStartException">The folder cannot be written, or another server holds it.</exception>
    public static DataDirectory Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        FileStream? held = null;
        try
        {
            MakePrivate(full);
            held = Lock(full);
            return new DataDirectory(full, held, ReadOrMakeNodeId(full));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            throw new ServerStartException($"The data folder {full} cannot be used: {e.Message}", 2, e);
        }
    }

    /// <summary>A folder below, only for this user.</summary>
    public string Sub(string name)
    {
        var path = System.IO.Path.Combine(Path, name);
        MakePrivate(path);
        return path;
    }

    /// <summary>The SQLite database; made empty with rights for this user alone, which SQLite then gives its journals too.</summary>
    public string DatabaseFile()
    {
        var path = System.IO.Path.Combine(Path, "kairship.db");
        if (!File.Exists(path))
        {
            using var made = new FileStream(path, PrivateFile(FileMode.CreateNew));
        }

        return path;
    }

    /// <summary>Writes a file that only this user may read, whole or not at all.</summary>
    public static void WritePrivate(string path, string text)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var writer = new StreamWriter(temporary, PrivateFile(FileMode.CreateNew)))
        {
            writer.WriteLine(text);
        }

        File.Move(temporary, path, overwrite: true);
    }

    public void Dispose() => heldLock.Dispose();

    private static FileStreamOptions PrivateFile(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, "kairship.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new ServerStartException($"Another server runs on the data folder {path}: stop it, or use another folder with --data.", 3, e);
        }
    }

    private static string ReadOrMakeNodeId(string path)
    {
        var file = System.IO.Path.Combine(path, "node.id");
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: 12 } id)
        {
            return id;
        }

        id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        WritePrivate(file, id);
        return id;
    }

    private static void MakePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
