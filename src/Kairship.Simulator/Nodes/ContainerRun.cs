using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

internal enum ContainerState
{
    /// <summary>Not started: being created, or behind init containers.</summary>
    Waiting,

    /// <summary>The last pull has failed a moment ago (ErrImagePull).</summary>
    PullFailed,

    /// <summary>Waits until the next pull (ImagePullBackOff).</summary>
    PullBackOff,

    /// <summary>Has ended and waits until the next start (CrashLoopBackOff).</summary>
    CrashBackOff,

    Running,

    /// <summary>Has ended for good.</summary>
    Ended,
}

/// <summary>What a container's next step needs to know.</summary>
/// <param name="Ends">Whether the container is meant to end: an init container, or one of a pod that is not restarted always.</param>
/// <param name="Restarts">Whether it is started again after a failure.</param>
/// <param name="Start">Time from started to ready.</param>
internal readonly record struct StepContext(Fate Fate, long Now, string Stamp, bool Ends, bool Restarts, TimeSpan Start, TimeProvider Clock);

/// <summary>One container of a pod on its node.</summary>
internal sealed class ContainerRun(string name, string image)
{
    private const double FirstBackOff = 10;
    private const double LongestBackOff = 300;
    private static readonly TimeSpan PullTime = TimeSpan.FromSeconds(1);
    private int _pulls;
    private bool _healing;

    public string Name { get; } = name;

    public string Image { get; } = image;

    public ContainerState State { get; private set; }

    public bool Ready { get; private set; }

    public int Restarts { get; private set; }

    /// <summary>When the next step is due; <see cref="long.MaxValue"/> for none.</summary>
    public long Due { get; set; } = long.MaxValue;

    public string? StartedAt { get; private set; }

    /// <summary>How it ended the last time: the fields of state.terminated.</summary>
    public JsonObject? LastEnd { get; private set; }

    public int ExitCode => LastEnd?["exitCode"].Int() ?? 0;

    /// <summary>Was started at least once: its image is there.</summary>
    public bool HasRun => StartedAt is not null;

    /// <summary>The pause before the next start or pull.</summary>
    public TimeSpan BackOff { get; private set; }

    /// <summary>Takes the next step if its time has come or its fate has changed.</summary>
    /// <returns>Whether the status is another one.</returns>
    public bool Step(in StepContext at)
    {
        switch (at.Fate.Fault)
        {
            case PodFault.ImagePullBackOff when !HasRun:
                return Pull(at);
            case PodFault.CrashLoopBackOff:
                return Crash(at);
            case PodFault.Unready:
                return Run(at, ready: false);
            default:
                return at.Ends && State != ContainerState.Ended ? End(at, Fate.Fine) : !at.Ends && Heal(at);
        }
    }

    /// <summary>Shows the container as running before it is ready or has ended.</summary>
    public void Begin(string stamp)
    {
        State = ContainerState.Running;
        StartedAt = stamp;
    }

    /// <summary>The container is told to end with its pod.</summary>
    public void Stop(string stamp, bool killed)
    {
        if (State == ContainerState.Running)
        {
            LastEnd = Terminated(killed ? 137 : 0, killed ? "Error" : "Completed", stamp);
            State = ContainerState.Ended;
        }

        Ready = false;
        Due = long.MaxValue;
    }

    /// <summary>Takes over what the status of a pod says, after the cluster was started again.</summary>
    public void Restore(JsonObject status, long now)
    {
        Restarts = status["restartCount"].Int();
        Ready = status["ready"].IsTrue();
        StartedAt = JsonTree.Text(JsonTree.At(status, "state", "running", "startedAt"));
        LastEnd = (JsonTree.At(status, "state", "terminated") ?? JsonTree.At(status, "lastState", "terminated")) is JsonObject end ? JsonTree.Copy(end) : null;
        State = JsonTree.At(status, "state", "running") is not null ? ContainerState.Running
            : JsonTree.At(status, "state", "terminated") is not null ? ContainerState.Ended
            : LastEnd is not null ? ContainerState.CrashBackOff
            : ContainerState.Waiting;
        StartedAt ??= JsonTree.Text(LastEnd?["startedAt"]);
        Due = State is ContainerState.Running or ContainerState.Ended ? long.MaxValue : now;
    }

    private bool Pull(in StepContext at)
    {
        if (State is ContainerState.PullFailed or ContainerState.PullBackOff && at.Now < Due)
        {
            return false;
        }

        if (State == ContainerState.PullFailed)
        {
            State = ContainerState.PullBackOff;
            BackOff = After(_pulls);
        }
        else
        {
            State = ContainerState.PullFailed;
            _pulls++;
            BackOff = PullTime;
        }

        Due = at.Now + Ticks(BackOff, at.Clock);
        return true;
    }

    private bool Crash(in StepContext at)
    {
        if (State == ContainerState.Ended || (State == ContainerState.CrashBackOff && at.Now < Due))
        {
            return false;
        }

        if (!at.Restarts)
        {
            return End(at, at.Fate);
        }

        StartedAt = State == ContainerState.Running ? StartedAt ?? at.Stamp : at.Stamp;
        LastEnd = Terminated(at.Fate.ExitCode, at.Fate.Reason, at.Stamp);
        State = ContainerState.CrashBackOff;
        Ready = false;
        Restarts++;
        BackOff = After(Restarts);
        Due = at.Now + Ticks(BackOff, at.Clock);
        return true;
    }

    private bool Run(in StepContext at, bool ready)
    {
        _healing = false;
        Due = long.MaxValue;
        if (State == ContainerState.Running && Ready == ready)
        {
            return false;
        }

        StartedAt = State == ContainerState.Running ? StartedAt ?? at.Stamp : at.Stamp;
        State = ContainerState.Running;
        Ready = ready;
        return true;
    }

    /// <summary>What has failed takes the time of a start until it is ready again.</summary>
    private bool Heal(in StepContext at)
    {
        if (State == ContainerState.Ended || (State == ContainerState.Running && Ready))
        {
            return false;
        }

        var failed = State is not ContainerState.Waiting && (State != ContainerState.Running || Due == long.MaxValue);
        if (failed && !_healing)
        {
            _healing = true;
            Due = at.Now + Ticks(at.Start, at.Clock);
        }

        return at.Now >= Due && Run(at, ready: true);
    }

    private bool End(in StepContext at, Fate fate)
    {
        StartedAt ??= at.Stamp;
        LastEnd = Terminated(fate.ExitCode, fate.Reason, at.Stamp);
        State = ContainerState.Ended;
        Ready = false;
        Due = long.MaxValue;
        return true;
    }

    private JsonObject Terminated(int exitCode, string reason, string stamp) => new()
    {
        ["exitCode"] = (long)exitCode,
        ["reason"] = reason,
        ["startedAt"] = StartedAt ?? stamp,
        ["finishedAt"] = stamp,
        ["containerID"] = "",
    };

    private static TimeSpan After(int failures) => TimeSpan.FromSeconds(Math.Min(LongestBackOff, FirstBackOff * Math.Pow(2, Math.Min(failures, 10) - 1)));

    private static long Ticks(TimeSpan time, TimeProvider clock) => (long)(time.TotalSeconds * clock.TimestampFrequency);
}
