using Kairship.Server.Hosting;

namespace Kairship.Server.Tests.Hosting;

public sealed class ServerSettingsTests : IDisposable
{
    private readonly string file = Path.Combine(Path.GetTempPath(), $"kairship-settings-{Guid.NewGuid():N}.json");

    [Fact]
    public void Settings_ThatAreNamed_Hold_AndAllOthersAreAsBefore()
    {
        File.WriteAllText(file, """{"health": {"interval": "00:00:05"}, "brake": {"shareLimit": 0.5, "anchors": ["10.0.0.1:53"]}, "scaling": {"interval": "00:00:30", "capacity": {"high": 0.95}}, }""");

        var options = ServerSettings.Read(file).Over(new ServerOptions { DataDirectory = "data" });

        options.Should().BeEquivalentTo(new ServerOptions
        {
            DataDirectory = "data",
            Health = new() { Interval = TimeSpan.FromSeconds(5) },
            Brake = new() { ShareLimit = 0.5, Anchors = ["10.0.0.1:53"] },
            Scaling = new() { Interval = TimeSpan.FromSeconds(30), Capacity = new() { High = 0.95m } },
        });
    }

    [Theory]
    [InlineData("""{"healt": {}}""", "healt")]
    [InlineData("""{"brake": {"share": 0.5}}""", "share")]
    [InlineData("""{"brake": {"shareLimit": "half"}}""", "$.brake.shareLimit")]
    [InlineData("""{"health": {"interval": "soon"}}""", "$.health.interval")]
    [InlineData("""{"scaling": {"capacity": {"hi": 1}}}""", "hi")]
    [InlineData("[]", "$")]
    public void Settings_ThatAreNone_AreRefusedByNameAndFile(string text, string named)
    {
        File.WriteAllText(file, text);

        var reading = () => ServerSettings.Read(file);

        reading.Should().Throw<ServerStartException>().Which.Message.Should().Contain(file).And.Contain(named);
    }

    [Fact]
    public void Settings_OutOfTheirRange_KeepTheServerFromStarting()
    {
        File.WriteAllText(file, """{"brake": {"shareLimit": 7}}""");

        var starting = () => ServerSettings.Read(file).Over(new ServerOptions { DataDirectory = "data" }).Validated();

        starting.Should().Throw<ServerStartException>().WithMessage("*ShareLimit is 7*");
    }

    public void Dispose() => File.Delete(file);
}
