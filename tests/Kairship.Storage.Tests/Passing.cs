using Microsoft.Extensions.Time.Testing;

namespace Kairship.Storage.Tests;

internal static class Passing
{
    public static Task Of(FakeTimeProvider clock, TimeSpan time)
    {
        clock.Advance(time);
        return Task.CompletedTask;
    }
}
