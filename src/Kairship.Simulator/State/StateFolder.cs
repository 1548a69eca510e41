namespace Kairship.Simulator.State;

/// <summary>
/// The folder of a fleet: a lock that one simulator holds, the address of its control, the kubeconfigs, and (<c>clusters/NAME</c>) the clusters that are kept.
/// </summary>
internal sealed class StateFolder : IDisposable
{
    private readonly FileStream _lock;

    private StateFolder(string path, FileStream heldLock) => (Path, _lock) = (path, heldLock);

    public string Path { get; }

    /// <exception cref="SimulatorStateException">Another simulator uses the folder, or it cannot be written to.</exception>
    public static StateFolder Open(string path)
    {
        try
        {
            PrivateFile.CreateFolder(path);
            var file = System.IO.Path.Combine(path, "simulator.lock");
            return new StateFolder(path, new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (IsLocked(e))
        {
            throw new SimulatorStateException($"Another simulator runs on the folder {path}. Stop it, or use another folder.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SimulatorStateException($"The folder {path} cannot be used: {e.Message.TrimEnd('.')}. Use one that can be written to.", e);
        }
    }

    public ClusterFolder Cluster(string name) => new(System.IO.Path.Combine(Path, "clusters", name));

    /// <summary>Names of the clusters that are kept, in order.</summary>
    public IReadOnlyList<string> Names()
    {
        var folder = System.IO.Path.Combine(Path, "clusters");
        return Directory.Exists(folder)
            ? [.. Directory.GetDirectories(folder).Select(System.IO.Path.GetFileName).OfType<string>().Where(n => Cluster(n).Exists).Order(StringComparer.Ordinal)]
            : [];
    }

    public void Dispose() => _lock.Dispose();

    // EWOULDBLOCK of Linux and of macOS; ERROR_SHARING_VIOLATION.
    private static bool IsLocked(IOException e) => OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) == 32 : e.HResult is 11 or 35;
}
