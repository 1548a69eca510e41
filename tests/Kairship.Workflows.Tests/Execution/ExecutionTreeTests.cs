using CsCheck;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Tests.Execution;

/// <summary>The tree against lists that are searched.</summary>
public sealed class ExecutionTreeTests
{
    private static readonly Gen<(int What, int Which)[]> Actions = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1000]).Array[0, 150];

    [Fact]
    public void Tree_AnyComingAndGoing_IsWhatListsSay() => Actions.Sample(
        actions =>
        {
            var state = new InstanceState();
            var tree = new ExecutionTree(state);
            var model = new List<ExecutionState>();
            ExecutionState? gone = null;
            foreach (var (what, which) in actions)
            {
                if (what == 9)
                {
                    // A restart: places are found again from the snapshot.
                    tree.Save();
                    tree = new ExecutionTree(state);
                    gone = null;
                }
                else if (what >= 5 && model.Count > 0)
                {
                    gone = model[which % model.Count];
                    model.Remove(gone);
                    tree.Remove(gone);
                }
                else if (what == 4 && gone is not null)
                {
                    tree.Restore(gone);
                    model.Insert(model.Count(e => e.Order < gone.Order), gone);
                    gone = null;
                }
                else
                {
                    var parent = model.Count == 0 || which % 7 == 0 ? null : model[which % model.Count];
                    model.Add(tree.Add($"a{which % 5}", parent, null));
                }

                Compare(tree, model, gone);
            }
        },
        iter: 300);

    [Fact]
    public void Tree_ChangedWhileEnumerated_Throws()
    {
        var tree = new ExecutionTree(new InstanceState());
        tree.Add("a", null, null);
        tree.Add("b", null, null);

        var cancel = () =>
        {
            foreach (var execution in tree.All)
            {
                tree.Remove(execution);
            }
        };

        cancel.Should().Throw<InvalidOperationException>();
    }

    private static void Compare(ExecutionTree tree, List<ExecutionState> model, ExecutionState? gone)
    {
        tree.All.Should().Equal(model);
        tree.All.Count.Should().Be(model.Count);
        foreach (var execution in model)
        {
            tree.Contains(execution).Should().BeTrue();
            tree.Find(execution.Id).Should().BeSameAs(execution);
            tree.ParentOf(execution).Should().BeSameAs(model.Find(e => e.Id == execution.Parent));
            tree.ChildrenOf(execution).Should().Equal(model.Where(e => e.Parent == execution.Id));
            tree.ChildrenOf(execution).Count.Should().Be(model.Count(e => e.Parent == execution.Id));
        }

        if (gone is not null)
        {
            tree.Contains(gone).Should().BeFalse();
            tree.Find(gone.Id).Should().BeNull();
        }
    }
}
