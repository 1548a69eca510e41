using Kairship.Workflows.Runtime;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class InProcessDispatcherTests
{
    [Fact]
    public async Task Dispatch_OfMany_RunsAsManyAtATimeAsAllowed()
    {
        const int allowed = 4;
        var (running, done) = (0, new CountdownEvent(100));
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var most = 0;
        var gate = new Lock();
        var dispatcher = new InProcessDispatcher(
            async (_, _) =>
            {
                lock (gate)
                {
                    most = Math.Max(most, ++running);
                    if (running == allowed)
                    {
                        full.TrySetResult();
                    }
                }

                await full.Task;
                lock (gate)
                {
                    running--;
                }

                done.Signal();
            },
            allowed);
        for (var i = 0; i < 100; i++)
        {
            dispatcher.Dispatch($"{i}");
        }

        await full.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        done.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken).Should().BeTrue();
        most.Should().Be(allowed);
    }
}
