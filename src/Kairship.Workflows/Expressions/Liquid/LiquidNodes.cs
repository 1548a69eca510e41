using System.Text.Json.Nodes;

namespace Kairship.Workflows.Expressions.Liquid;

/// <summary>How a part of a template leaves: on to the next, out of the loop, or to its next round.</summary>
internal enum LiquidFlow
{
    Next,
    Break,
    Continue,
}

/// <summary>A part of a parsed template. Immutable; any thread may render it.</summary>
internal abstract class LiquidNode
{
    public abstract LiquidFlow Render(LiquidRun run);
}

internal sealed class LiquidBlock(IReadOnlyList<LiquidNode> nodes) : LiquidNode
{
    public static readonly LiquidBlock Empty = new([]);

    public override LiquidFlow Render(LiquidRun run)
    {
        foreach (var node in nodes)
        {
            run.Step();
            if (node.Render(run) is var flow && flow != LiquidFlow.Next)
            {
                return flow;
            }
        }

        return LiquidFlow.Next;
    }
}

internal sealed class LiquidTextNode(string text) : LiquidNode
{
    public override LiquidFlow Render(LiquidRun run)
    {
        run.Write(text);
        return LiquidFlow.Next;
    }
}

internal sealed class LiquidOutputNode(LiquidTerm value) : LiquidNode
{
    public override LiquidFlow Render(LiquidRun run)
    {
        run.Write(LiquidText.Of(run, value.Evaluate(run)));
        return LiquidFlow.Next;
    }
}

internal sealed class LiquidAssign(string name, LiquidTerm value) : LiquidNode
{
    public override LiquidFlow Render(LiquidRun run)
    {
        run.Assign(name, value.Evaluate(run));
        return LiquidFlow.Next;
    }
}

internal sealed class LiquidCapture(string name, LiquidBlock body) : LiquidNode
{
    public override LiquidFlow Render(LiquidRun run)
    {
        var flow = LiquidFlow.Next;
        run.Assign(name, run.Capture(() => flow = body.Render(run)));
        return flow;
    }
}

/// <summary>Increment writes 0, 1, 2 ...; decrement -1, -2 ...</summary>
internal sealed class LiquidCounter(string name, int by) : LiquidNode
{
    public override LiquidFlow Render(LiquidRun run)
    {
        var count = run.Count(name, by);
        run.Write(LiquidText.Of(run, by > 0 ? count - 1 : count));
        return LiquidFlow.Next;
    }
}

/// <summary>The first branch whose condition holds: if, unless, and case.</summary>
internal sealed class LiquidBranches(IReadOnlyList<(Func<LiquidRun, bool> Holds, LiquidBlock Body)> branches, LiquidBlock otherwise) : LiquidNode
{
    public override LiquidFlow Render(LiquidRun run)
    {
        foreach (var (holds, body) in branches)
        {
            if (holds(run))
            {
                return body.Render(run);
            }
        }

        return otherwise.Render(run);
    }
}

internal sealed class LiquidJump(LiquidFlow flow) : LiquidNode
{
    public override LiquidFlow Render(LiquidRun run) => flow;
}

internal sealed record LiquidLoop(string Variable, LiquidTerm Items, LiquidTerm? Limit, LiquidTerm? Offset, bool Reversed);

internal sealed class LiquidFor(LiquidLoop loop, LiquidBlock body, LiquidBlock otherwise) : LiquidNode
{
    public override LiquidFlow Render(LiquidRun run)
    {
        var items = Items(run);
        if (items.Count == 0)
        {
            return otherwise.Render(run);
        }

        var (outerItem, outerLoop) = (run.Assigned(loop.Variable), run.Assigned("forloop"));
        try
        {
            for (var i = 0; i < items.Count; i++)
            {
                run.Step();
                run.Assign(loop.Variable, items[i]);
                run.Assign("forloop", State(i, items.Count));
                if (body.Render(run) == LiquidFlow.Break)
                {
                    break;
                }
            }
        }
        finally
        {
            run.Unassign(loop.Variable, outerItem);
            run.Unassign("forloop", outerLoop);
        }

        return LiquidFlow.Next;
    }

    private List<object?> Items(LiquidRun run)
    {
        var skip = loop.Offset is null ? 0 : Math.Max(0, LiquidValues.Whole(loop.Offset.Evaluate(run)));
        var take = loop.Limit is null ? long.MaxValue : LiquidValues.Whole(loop.Limit.Evaluate(run));
        var items = new List<object?>();
        foreach (var item in LiquidValues.Items(loop.Items.Evaluate(run)))
        {
            if (items.Count >= take)
            {
                break;
            }

            run.Step();
            if (skip-- <= 0)
            {
                items.Add(item);
            }
        }

        if (loop.Reversed)
        {
            items.Reverse();
        }

        return items;
    }

    private static JsonObject State(int index, int length) => new()
    {
        ["index"] = index + 1,
        ["index0"] = index,
        ["rindex"] = length - index,
        ["rindex0"] = length - index - 1,
        ["first"] = index == 0,
        ["last"] = index == length - 1,
        ["length"] = length,
    };
}
