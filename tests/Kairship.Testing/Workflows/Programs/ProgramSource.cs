namespace Kairship.Testing.Workflows.Programs;

/// <summary>Random programs. The same seed makes the same one.</summary>
/// <param name="waits">With waits for events inside, as often as they come.</param>
public sealed class ProgramSource(int seed, bool waits = true)
{
    private readonly Random random = new(seed);
    private int ids;

    /// <summary>What pieces inside may refer to: the value of a loop around them, a variable that nobody changes at the same time, whether a break is possible here.</summary>
    private readonly record struct Place(int Depth, bool InLoop, string? Local, bool MayBreak);

    public Block Next(int depth = 4) => Scope(new Place(depth, false, null, false));

    private string Id() => $"x{++ids}";

    private Block Any(Place at) => at.Depth <= 0 ? Leaf(at) : random.Next(10) switch
    {
        0 or 1 => Leaf(at),
        2 or 3 => Scope(at with { Depth = at.Depth - 1 }),
        4 => Apart(at),
        5 => new Block.Choice(Id(), at.InLoop, random.Next(2) == 0, Any(Deeper(at)), random.Next(3) == 0 ? null : Any(Deeper(at))),
        6 or 7 => Loop(at),
        8 => Again(at),
        _ => Chart(at),
    };

    private static Place Deeper(Place at) => at with { Depth = at.Depth - 1 };

    private Block Leaf(Place at) => random.Next(waits ? 7 : 6) switch
    {
        0 => new Block.Count(Id()),
        1 when at.Local is { } local => new Block.Bump(Id(), local),
        2 => new Block.Pause(Id()),
        3 when at is { MayBreak: true } => new Block.BreakAt(Id(), random.Next(5)),
        6 => new Block.Wait(Id()),
        _ => new Block.Effect(Id(), at.InLoop, at.Local),
    };

    private Block.Series Scope(Place at)
    {
        var id = Id();
        return new Block.Series(id, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Any(at with { Local = $"v{id}", Depth = at.Depth - 1 }))]);
    }

    private Block.Both Apart(Place at) => new(Id(), random.Next(2) == 0 ? BothKind.Parallel : BothKind.Fork,
        [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Any(Deeper(at) with { Local = null, MayBreak = false }))]);

    private Block.Each Loop(Place at)
    {
        var kind = (EachKind)random.Next(3);
        var items = kind == EachKind.For ? [.. Enumerable.Range(0, random.Next(0, 4))] : (IReadOnlyList<int>)[.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => random.Next(5))];
        var parallel = kind == EachKind.ParallelForEach;
        return new Block.Each(Id(), kind, items, Any(Deeper(at) with { InLoop = true, Local = parallel ? null : at.Local, MayBreak = !parallel }));
    }

    /// <summary>In a scope of its own, whose variable counts the rounds and is raised by nobody else.</summary>
    private Block.Series Again(Place at)
    {
        var id = Id();
        return new Block.Series(id, [new Block.Rounds(Id(), $"v{id}", random.Next(0, 4), Any(Deeper(at) with { Local = null, MayBreak = false }))]);
    }

    private Block.Chart Chart(Place at)
    {
        var id = Id();
        return new Block.Chart(id, Draw(Deeper(at) with { Local = null, MayBreak = false }, at.InLoop, $"v{id}", 3, true));
    }

    /// <param name="mayLoop">The flowchart's one variable counts one loop; inside it, no other loop.</param>
    private Flow Draw(Place at, bool inLoop, string local, int depth, bool mayLoop)
    {
        switch (depth == 0 ? 0 : random.Next(6))
        {
            case 1:
            case 2:
                return new Flow.Then(Draw(at, inLoop, local, depth - 1, mayLoop), Draw(at, inLoop, local, depth - 1, false));
            case 3:
                return new Flow.Split(Id(), random.Next(3) switch { 0 => null, 1 => "WaitAll", _ => "WaitAllActive" }, Draw(at, inLoop, local, depth - 1, false), Draw(at, inLoop, local, depth - 1, false));
            case 4:
                return new Flow.Decide(Id(), inLoop, random.Next(2) == 0, Draw(at, inLoop, local, depth - 1, false), Draw(at, inLoop, local, depth - 1, false));
            case 5 when mayLoop:
                return new Flow.Loop(Id(), local, random.Next(1, 4), Draw(at, inLoop, local, depth - 1, false));
            default:
                return new Flow.Node(Any(at with { Depth = Math.Min(at.Depth, 2) }));
        }
    }
}
