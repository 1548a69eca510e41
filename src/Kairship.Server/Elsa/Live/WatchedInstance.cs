using Kairship.Server.Elsa.Executions;

namespace Kairship.Server.Elsa.Live;

/// <summary>An instance that somebody watches: reads its picture when it may have changed, once for all who watch.</summary>
internal sealed partial class WatchedInstance : IDisposable
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly HashSet<Observer> observers = [];
    private readonly Bell bell = new();
    private readonly CancellationTokenSource ended = new();
    private readonly ExecutionBooks books;
    private readonly TimeProvider time;
    private readonly TimeSpan pause;
    private readonly ILogger logger;

    public WatchedInstance(string id, ExecutionBooks books, TimeProvider time, TimeSpan pause, ILogger logger)
    {
        (Id, this.books, this.time, this.pause, this.logger) = (id, books, time, pause, logger);
        _ = RunAsync(ended.Token);
    }

    public string Id { get; }

    /// <summary>Null: not read yet, or the instance is gone.</summary>
    public ExecutionPicture? Latest { get; private set; }

    public bool IsRead { get; private set; }

    /// <summary>It may have changed.</summary>
    public void Ring() => bell.Ring();

    public void Add(Observer observer)
    {
        lock (gate)
        {
            observers.Add(observer);
        }

        // Read anew: what the client has read before it came here may be older than the last picture.
        bell.Ring();
    }

    /// <returns>Whether somebody else still watches.</returns>
    public bool Remove(Observer observer)
    {
        lock (gate)
        {
            observers.Remove(observer);
            return observers.Count > 0;
        }
    }

    public void Dispose()
    {
        ended.Cancel();
        ended.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await bell.WaitAsync(cancellationToken);
                var failed = !await TryReadAsync(cancellationToken);
                await Task.Delay(failed ? AfterFailure : pause, time, cancellationToken);
                if (failed)
                {
                    bell.Ring();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody watches any more.
        }
    }

    private async Task<bool> TryReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            Latest = await books.ReadAsync(Id, cancellationToken);
            IsRead = true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            NotRead(e, Id);
            return false;
        }

        lock (gate)
        {
            foreach (var observer in observers)
            {
                observer.Ring();
            }
        }

        return true;
    }

    [LoggerMessage(LogLevel.Warning, "Instance {Instance} is watched and could not be read; it is tried again")]
    private partial void NotRead(Exception exception, string instance);
}
