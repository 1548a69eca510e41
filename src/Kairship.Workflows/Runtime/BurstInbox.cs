using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Logging;

namespace Kairship.Workflows.Runtime;

/// <summary>The inbox of an instance as a burst has read it: commands to carry out, stimuli that wait for somebody who wants them, and what the next commit consumes.</summary>
internal sealed class BurstInbox(string instanceId, ILogger logger)
{
    private readonly SortedSet<long> seen = [];
    private readonly Queue<(long Id, InstanceCommand Command)> commands = new();
    private readonly List<(long Id, Stimulus Stimulus)> stimuli = [];
    private readonly List<long> consumed = [];
    private readonly List<InstanceCommand> carried = [];
    private readonly List<(long Id, Stimulus Stimulus)> delivered = [];

    public bool HasConsumed => consumed.Count > 0;

    /// <summary>All that were read and not consumed by an earlier commit.</summary>
    public IReadOnlyList<long> Seen => [.. seen];

    public void Add(IReadOnlyList<InboxMessage> messages)
    {
        foreach (var message in messages.Where(m => seen.Add(m.Id)))
        {
            if (Read(message) is not { } payload)
            {
                consumed.Add(message.Id);
            }
            else if (payload is { Kind: InboxKind.Stimulus, Stimulus: { } stimulus })
            {
                stimuli.Add((message.Id, Messages.Stimulus(stimulus)));
            }
            else if (payload.ReadCommand() is { } command)
            {
                commands.Enqueue((message.Id, command));
            }
            else
            {
                logger.BadMessage(instanceId, $"unknown kind {payload.Kind}");
                consumed.Add(message.Id);
            }
        }
    }

    public bool TryTakeCommand([NotNullWhen(true)] out InstanceCommand? command)
    {
        var any = commands.TryDequeue(out var next);
        command = next.Command;
        if (any)
        {
            consumed.Add(next.Id);
            carried.Add(next.Command);
        }

        return any;
    }

    /// <summary>Offers the stimuli, oldest first, until one is taken. True when one was.</summary>
    public bool Offer(Func<Stimulus, bool> take)
    {
        var index = stimuli.FindIndex(s => take(s.Stimulus));
        if (index < 0)
        {
            return false;
        }

        consumed.Add(stimuli[index].Id);
        delivered.Add(stimuli[index]);
        stimuli.RemoveAt(index);
        return true;
    }

    public IReadOnlyList<long> TakeConsumed()
    {
        var taken = consumed.ToArray();
        consumed.Clear();
        carried.Clear();
        delivered.Clear();
        return taken;
    }

    /// <summary>What was done since the last commit is undone: stimuli are there again. Commands are not: what was too much once would be too much for ever, with all that
    /// comes after it. Returns them.</summary>
    public IReadOnlyList<InstanceCommand> GiveBack()
    {
        InstanceCommand[] given = [.. carried];
        carried.Clear();
        consumed.RemoveAll(delivered.ConvertAll(s => s.Id).Contains);
        stimuli.InsertRange(0, delivered);
        stimuli.Sort((x, y) => x.Id.CompareTo(y.Id));
        delivered.Clear();
        return given;
    }

    /// <summary>These were consumed by a commit that holds.</summary>
    public void Forget(IReadOnlyList<long> ids) => seen.ExceptWith(ids);

    private InboxPayload? Read(InboxMessage message)
    {
        try
        {
            return InboxPayload.Read(message.Payload);
        }
        catch (JsonException e)
        {
            logger.BadMessage(instanceId, e.Message);
            return null;
        }
    }
}
