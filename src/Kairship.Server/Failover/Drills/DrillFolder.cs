using Kairship.Server.Hosting;

namespace Kairship.Server.Failover.Drills;

/// <summary>
/// Where drills have their databases: a folder in this node's data folder, whose lock proves that nobody else uses it. What a process leaves behind that died in the middle is taken away by the next start; its ports and
/// twins died with it.
/// </summary>
internal sealed partial class DrillFolder(DataDirectory data, ILogger<DrillFolder> logger) : IHostedService
{
    private const string Name = "drills";

    /// <summary>An empty folder of its own, gone when it is disposed.</summary>
    public Place Make(string id)
    {
        var path = Path.Combine(data.Sub(Name), id);
        Remove(path);
        return new Place(this, Directory.CreateDirectory(path).FullName);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var left in new DirectoryInfo(data.Sub(Name)).EnumerateDirectories())
        {
            Left(left.Name);
            Remove(left.FullName);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Remove(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start tries again.
            NotRemoved(path, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "Drill {Drill} was broken off when this node ended; what it left is taken away")]
    private partial void Left(string drill);

    [LoggerMessage(LogLevel.Warning, "The folder {Folder} of a drill cannot be taken away: {Reason}")]
    private partial void NotRemoved(string folder, string reason);

    /// <summary>A drill's folder.</summary>
    internal sealed class Place(DrillFolder owner, string path) : IDisposable
    {
        public string Path { get; } = path;

        public void Dispose() => owner.Remove(Path);
    }
}
