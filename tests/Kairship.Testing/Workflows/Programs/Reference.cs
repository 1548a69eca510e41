namespace Kairship.Testing.Workflows.Programs;

/// <summary>
/// The reference interpreter: what a program does, by walking through it. No tokens, no events, no order: parallel parts are walked one after the other, since nothing in
/// them depends on each other.
/// </summary>
public sealed class Reference
{
    private sealed class Broken : Exception;

    private readonly Dictionary<string, int> locals = [];

    /// <summary>How often each piece ran, by id.</summary>
    public Dictionary<string, int> Runs { get; } = [];

    /// <summary>What effects were given: "id=value", as often as it happened.</summary>
    public List<string> Effects { get; } = [];

    /// <summary>The variable n at the end.</summary>
    public int N { get; private set; }

    public static Reference Of(Block program)
    {
        var reference = new Reference();
        reference.Run(program, null);
        return reference;
    }

    private void Run(Block block, int? value)
    {
        Runs[block.Id] = Runs.GetValueOrDefault(block.Id) + 1;
        switch (block)
        {
            case Block.Effect effect:
                Effects.Add($"{effect.Id}={(effect.InLoop ? value!.Value : 0) + (1000 * (effect.Local is { } read ? locals[read] : 0))}");
                break;
            case Block.Count:
                N++;
                break;
            case Block.Bump bump:
                locals[bump.Local]++;
                break;
            case Block.Series series:
                locals[series.Local] = 0;
                Each(series.Parts, value);
                break;
            case Block.Both both:
                Each(both.Parts, value);
                break;
            case Block.Choice choice when Takes(choice.InLoop, choice.Otherwise, value):
                Run(choice.Then, value);
                break;
            case Block.Choice { Else: { } otherwise }:
                Run(otherwise, value);
                break;
            case Block.Each each:
                RunEach(each);
                break;
            case Block.Rounds rounds:
                for (; locals[rounds.Local] < rounds.Times; locals[rounds.Local]++)
                {
                    Run(rounds.Body, value);
                }

                break;
            case Block.BreakAt at when value == at.Value:
                throw new Broken();
            case Block.Chart chart:
                locals[chart.Local] = 0;
                Run(chart.Root, value);
                break;
        }
    }

    private void Each(IReadOnlyList<Block> parts, int? value)
    {
        foreach (var part in parts)
        {
            Run(part, value);
        }
    }

    private void RunEach(Block.Each each)
    {
        try
        {
            foreach (var item in each.Items)
            {
                Run(each.Body, item);
            }
        }
        catch (Broken)
        {
            // The loop is over.
        }
    }

    private void Run(Flow flow, int? value)
    {
        switch (flow)
        {
            case Flow.Node node:
                Run(node.Block, value);
                break;
            case Flow.Then then:
                Run(then.First, value);
                Run(then.Second, value);
                break;
            case Flow.Split split:
                Run(split.Left, value);
                Run(split.Right, value);
                Runs[split.Id] = Runs.GetValueOrDefault(split.Id) + 1;
                break;
            case Flow.Decide decide:
                Run(Takes(decide.InLoop, decide.Otherwise, value) ? decide.Left : decide.Right, value);
                Runs[decide.Id] = Runs.GetValueOrDefault(decide.Id) + 1;
                break;
            case Flow.Loop loop:
                for (var round = 0; round < loop.Times; round++)
                {
                    Run(loop.Body, value);
                    Runs[loop.Id] = Runs.GetValueOrDefault(loop.Id) + 1;
                }

                break;
        }
    }

    private static bool Takes(bool inLoop, bool otherwise, int? value) => inLoop ? value!.Value % 2 == 0 : otherwise;
}
