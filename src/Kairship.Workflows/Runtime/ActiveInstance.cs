using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Runtime;

/// <summary>An instance that this process is running or about to claim.</summary>
internal sealed class ActiveInstance(bool alone = false)
{
    private readonly Lock gate = new();
    private bool nudged;
    private bool ended;

    /// <summary>Run by the lane of suspects: whatever it was claimed before.</summary>
    public bool Alone => alone;

    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Burst? Burst
    {
        get
        {
            lock (gate)
            {
                return field;
            }
        }
        private set;
    }

    /// <summary>It is a suspect and was not run: the lane is for it.</summary>
    public bool IsSuspect { get; set; }

    /// <summary>The claim that came with its creation; the first round takes it instead of making one.</summary>
    public ClaimedInstance? Created { get; set; }

    public ClaimedInstance? TakeCreated()
    {
        var taken = Created;
        Created = null;
        return taken;
    }

    /// <summary>Asks it to look at its inbox, now or in another round. False when it has ended: the caller starts a new one.</summary>
    public bool TryNudge()
    {
        lock (gate)
        {
            nudged = !ended;
            Burst?.Nudge();
            return !ended;
        }
    }

    /// <summary>True once for each nudge: the inbox is to be read.</summary>
    public bool TakeNudge()
    {
        lock (gate)
        {
            var taken = nudged;
            nudged = false;
            return taken;
        }
    }

    public void Enter(Burst burst)
    {
        lock (gate)
        {
            Burst = burst;
            if (nudged)
            {
                burst.Nudge();
            }
        }
    }

    public void Leave()
    {
        lock (gate)
        {
            Burst = null;
        }
    }

    /// <summary>Ends unless a nudge came that nobody has looked at.</summary>
    public bool TryEnd(bool always)
    {
        lock (gate)
        {
            ended = always || !nudged;
            return ended;
        }
    }
}
