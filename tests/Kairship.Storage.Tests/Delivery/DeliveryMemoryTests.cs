using FluentAssertions;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Releases;
using Kairship.Storage.Database;
using Kairship.Storage.Delivery;

namespace Kairship.Storage.Tests.Delivery;

public sealed class DeliveryMemoryTests
{
    private static readonly string Spec = StoredJson.Write(new Application { Name = "shop", Namespace = "shop" });

    [Fact]
    public void Application_IsKnownByItsText()
    {
        var memory = new DeliveryMemory();
        memory.Begin();
        var first = memory.Application("shop", Spec, keep: true);

        memory.Application("shop", Spec, keep: true).Should().BeSameAs(first);
        memory.Application("shop", StoredJson.Write(first with { Namespace = "other" }), keep: true).Namespace.Should().Be("other");
    }

    [Fact]
    public void Release_SharesItsApplicationsText_AndIsNotKept_WhereItIsReadAlone()
    {
        var memory = new DeliveryMemory();
        memory.Begin();
        var application = memory.Application("shop", Spec, keep: true);

        memory.Read("shop-1", "shop", Spec, StoredJson.Write(new PlacementChange(ReleaseKind.Scale, "more")), keep: false).Spec.Should().BeSameAs(application);
        memory.Find("shop-1").Should().BeNull();
        var kept = memory.Read("shop-2", "shop", Spec, null, keep: true);
        memory.Find("shop-2").Should().BeSameAs(kept);
        kept.Change.Should().BeNull();
    }

    [Fact]
    public void WhatIsNotAskedForAnyMore_IsForgotten()
    {
        var memory = new DeliveryMemory();
        memory.Begin();
        foreach (var name in new[] { "stays", "gone" })
        {
            memory.Application(name, Spec, keep: true);
            memory.Read($"{name}-1", name, Spec, null, keep: true);
        }

        for (var pass = 0; pass < 50; pass++)
        {
            memory.Begin();
            memory.Application("stays", Spec, keep: true);
            memory.Find("stays-1").Should().NotBeNull();
        }

        memory.Count.Should().Be(2);
        memory.Find("gone-1").Should().BeNull();
    }
}
