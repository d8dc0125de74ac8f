"""Every address of the demo: those of the product, and the page that pulls plugs."""

from django.urls import include, path

from backoffice.urls import handler400, handler403, handler404, handler500
from backoffice.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [*product, path("plug/", include("backoffice.demo.plug.urls"))]
