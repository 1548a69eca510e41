namespace Kairship.EndToEnd.Tests.Kills;

/// <summary>The server is asked to stop (SIGTERM) in the middle of a release, as every update of it does.</summary>
[Collection(KillStageCollection.Name)]
public sealed class TerminateTests(KillStage stage, ITestOutputHelper output)
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Points => ["asleep at the gate", "first canary object in the first cluster", "observing the canary", "promoting the first cluster"];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task ServerTerminated_InMidRelease_EndsWith0InTime_AndTheReleaseGoesOn(string name)
    {
        var revision = stage.Other;
        using var scene = new KillScene(stage, revision);
        await KillPoints.All.Single(p => p.Name == name).Reach(scene);
        var before = TimeProvider.System.GetTimestamp();

        await stage.Server.Process.TerminateAsync();
        (await stage.Server.Process.ExitAsync(ShutdownTimeout)).Should().Be(0);

        output.WriteLine($"at: {scene.Place}; it took {TimeProvider.System.GetElapsedTime(before).TotalSeconds:0.0} s");
        await stage.Server.Process.DisposeAsync();
        await stage.Server.StartAsync();
        await scene.FinishAsync();
        (await scene.OutcomeAsync()).Should().Be("Succeeded");
        (await scene.StoryAsync()).Should().Equal(stage.Story);
        (await stage.PicturesAsync()).Should().Be(stage.Expected(revision));
        stage.Server.Errors().Should().BeEmpty();
    }
}
