using CsCheck;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Controllers.Jobs;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Tests.Controllers.Jobs;

public sealed class JobControllerTests : IDisposable
{
    private readonly ControlLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void IndexSet_OfAnyIndexes_ReadsBackWhatItWrote() =>
        Gen.Int[0, 40].Array[0, 20].Sample(indexes => IndexSet.Parse(IndexSet.Format([.. indexes])).Should().Equal(indexes.Distinct().Order()));

    [Theory]
    [InlineData(new[] { 0 }, "0")]
    [InlineData(new[] { 0, 1 }, "0,1")]
    [InlineData(new[] { 0, 1, 2, 4, 6, 7, 8 }, "0-2,4,6-8")]
    public void IndexSet_OfNeighbours_IsWrittenAsKubernetesDoes(int[] indexes, string text) => IndexSet.Format([.. indexes]).Should().Be(text);

    [Fact]
    public void Job_WhoseFinishedPodsAreDeleted_CountsThemOnce()
    {
        Job("once", "\"completions\":3,\"parallelism\":1");
        _lab.Advance(1.5);
        foreach (var pod in _lab.List("pods").Where(Pods.IsFinished))
        {
            _lab.Store.Delete(Pods.Key(pod));
        }

        _lab.Advance(10);

        _lab.Status("jobs", "once", "succeeded").Should().Be(3);
        _lab.List("pods").Should().HaveCountLessThan(3).And.OnlyContain(p => !JobTally.IsTracked(p));
    }

    [Fact]
    public void Job_WhosePodIsDeletedWhileItRuns_CountsAFailureAndStartsAnother()
    {
        Job("once", "\"completions\":1", readyAfter: 20);
        _lab.Advance(2);
        _lab.Store.Delete(Pods.Key(_lab.List("pods")[0]));
        _lab.Advance(2);

        _lab.Status("jobs", "once", "failed").Should().Be(1);
        _lab.Status("jobs", "once", "active").Should().Be(1);
        _lab.List("pods").Should().ContainSingle();
    }

    [Fact]
    public void Job_SuspendedWhileItRuns_LosesItsPodsWithoutCountingThem()
    {
        Job("once", "\"completions\":2,\"parallelism\":2", readyAfter: 20);
        _lab.Advance(2);
        _lab.Edit("jobs", "once", j => j["spec"]!["suspend"] = true);
        _lab.Advance(2);
        _lab.List("pods").Should().BeEmpty();
        _lab.Reason("jobs", "once", "Suspended").Should().Be("JobSuspended");

        _lab.Edit("jobs", "once", j => j["spec"]!["suspend"] = false);
        _lab.Advance(30);

        _lab.Status("jobs", "once", "succeeded").Should().Be(2);
        _lab.Status("jobs", "once", "failed").Should().Be(0);
    }

    [Fact]
    public void Job_Deleted_LetsItsPodsGo()
    {
        Job("once", "\"completions\":2,\"parallelism\":2", readyAfter: 20);
        _lab.Advance(2);
        _lab.Store.Delete(ControlLab.Key("jobs", "once"));
        _lab.Advance(2);

        _lab.List("pods").Should().BeEmpty("the tracking finalizer must not hold them");
    }

    private void Job(string name, string spec, double readyAfter = 1) => _lab.Json("jobs", $$"""
        {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"{{name}}","namespace":"default"},
         "spec":{ {{spec}},"template":{"metadata":{"annotations":{"fake/ready-after":"{{readyAfter}}"} },
          "spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"work:1"}]} } } }
        """);
}
